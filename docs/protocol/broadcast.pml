/* broadcast.pml - the lossy broadcast ring: one producer that never waits, readers that are told what they missed.
 * CAP cells, MSGS messages of one cell each (frames differ in length in truth: a claim of two cells, given up, stands for it).
 * Two producers one after the other: the second takes over the role (lock.pml) when the first was killed, or follows it.
 * ROWS=1 row for two readers: the second joins when the first has left or is dead. Stores go through a buffer for each
 * location that memory empties in any order, as in publish.pml; readers' loads in both orders. K deaths at any step.
 *   intent: the end of the furthest claim ever made, never lowered: what lies CAP or more below it may be overwritten.
 *   tail: the end of what is committed.  latest: the start of the last message, where a reader that was lapped goes on.
 * Checked: what a reader accepts is whole and is the message of that place; every living reader gets in, and to the tail.
 * Sleeping readers: wake.pml, with tail as the sequence.
 * Mutants: COUNT NO_INTENT NO_RECHECK NO_STORE_FENCE NO_LOAD_FENCE PLAIN_TAIL COMMIT_FIRST INTENT_BACK */
#ifndef K
#define K 1
#endif
#ifndef MSGS
#define MSGS 4
#endif
#define CAP 2
#define C(n) ((n) % CAP)
#define GARBAGE 77
byte INTENT, TAIL, LATEST, A[CAP], B[CAP];   /* memory */
byte bI, bT, bL, bA[CAP], bB[CAP];           /* store buffer, 0 = nothing pending */
#define drained (bI==0 && bT==0 && bL==0 && bA[0]==0 && bA[1]==0 && bB[0]==0 && bB[1]==0)
bit dead[3], done[3]; byte turn = 1;         /* dead[0]: the producer whose turn it is; dead[1], dead[2]: readers */
byte row, count;                             /* the table: one id, or (COUNT) a number */
#define living(id) (id!=0 && !dead[id])

active proctype memory() {
end: do
  :: atomic { bI -> INTENT=bI; bI=0 } :: atomic { bT -> TAIL=bT; bT=0 } :: atomic { bL -> LATEST=bL; bL=0 }
  :: atomic { bA[0] -> A[0]=bA[0]; bA[0]=0 } :: atomic { bA[1] -> A[1]=bA[1]; bA[1]=0 }
  :: atomic { bB[0] -> B[0]=bB[0]; bB[0]=0 } :: atomic { bB[1] -> B[1]=bB[1]; bB[1]=0 }
  od
}
proctype producer(byte me) {
  byte n, i; bit wide;
  { turn==me;
    atomic { n=TAIL; i=INTENT };               /* afresh: the last owner may have died in a claim */
    do
    :: n<MSGS ->                               /* claim, one cell: send */
       if
#ifndef NO_INTENT
#ifdef INTENT_BACK
       :: true -> i=n+1; bI=i
#else
       :: i<n+1 -> i=n+1; bI=i
#endif
#endif
       :: else
       fi;
#ifdef COMMIT_FIRST
       drained; bT=n+1;
#endif
#ifndef NO_STORE_FENCE
       drained;                                /* storeStoreFence: intent goes out before a byte does; pairs with the readers' loadLoadFence */
#endif
       bA[C(n+1)]=n+1; bB[C(n+1)]=n+1;
#ifndef COMMIT_FIRST
#ifndef PLAIN_TAIL
       drained;                                /* tail.setRelease: the commit */
#endif
       bT=n+1;
#endif
       n++;
       drained; bL=n                           /* latest.setRelease */
    :: n<MSGS && !wide ->                      /* claim, two cells: written to, then given up */
       wide=1;
#ifndef NO_INTENT
#ifdef INTENT_BACK
       i=n+2; bI=i;
#else
       if :: i<n+2 -> i=n+2; bI=i :: else fi;
#endif
#endif
#ifndef NO_STORE_FENCE
       drained;
#endif
       bA[C(n+1)]=GARBAGE; bB[C(n+2)]=GARBAGE
    :: break
    od
  } unless { dead[0] && turn==me };
  drained;                                     /* what a dead one has stored is out before its lock is seen free */
  atomic { turn=me+1; dead[0]=0; n=0; i=0; wide=0 }
}
proctype reader(byte me) {
  byte u, t, i, l, a, b;
  { atomic {
#ifdef COUNT
      count<1 -> count++;
#else
      !living(row) -> row=me;                  /* CAS from 0 or from the dead id that was tested */
#endif
    };
    u=TAIL;                                    /* from now on */
    do
    :: turn==3 && u==TAIL -> break
    :: TAIL>u ->                               /* tail.getAcquire: pairs with the commit */
#ifdef NO_LOAD_FENCE
       i=INTENT; if :: a=A[C(u+1)]; b=B[C(u+1)] :: b=B[C(u+1)]; a=A[C(u+1)] fi;
#elif defined(NO_RECHECK)
       if :: a=A[C(u+1)]; b=B[C(u+1)] :: b=B[C(u+1)]; a=A[C(u+1)] fi; i=0;
#elif defined(NO_INTENT)
       if :: a=A[C(u+1)]; b=B[C(u+1)] :: b=B[C(u+1)]; a=A[C(u+1)] fi; i=TAIL+1;
#else
       if :: a=A[C(u+1)]; b=B[C(u+1)] :: b=B[C(u+1)]; a=A[C(u+1)] fi;     /* copied out */
       i=INTENT;                               /* after a loadLoadFence */
#endif
       if
       :: i<=u+CAP -> assert(a==u+1 && b==u+1); u++
       :: else ->                              /* lapped: at the latest message, if that still stands, else at the tail */
          l=LATEST; t=TAIL;
          if :: l>u && l<=t && i<=l-1+CAP -> u=l-1 :: else -> u=t fi
       fi;
       atomic { t=0; i=0; l=0; a=0; b=0 }
    od;
#ifdef COUNT
    count--;
#else
    atomic { row==me -> row=0 };
#endif
    done[me]=1
  } unless { dead[me] };
  atomic { u=0; t=0; i=0; l=0; a=0; b=0 }
}
init {
  byte k, v;
  atomic { run producer(1); run producer(2); run reader(1); run reader(2) };
  do :: k<K -> atomic { k++; if :: v=0 :: v=1 :: v=2 fi; if :: !done[v] -> dead[v]=1 :: else fi; v=0 } :: break od;
  timeout;
  assert((done[1] || dead[1]) && (done[2] || dead[2]));
  assert(!living(row))                         /* nobody seems connected when nobody is */
}
