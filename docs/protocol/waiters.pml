/* waiters.pml - the lock (2) where threads of one process share an id: the mutex beside the word, in which those who wait
 * queue so that one of them sleeps on the word; the free way past it; and waiters that give up (a time limit, an interrupt,
 * a close) at any moment, G of them.
 * NT threads, two in a process: 0 and 1, 2 and 3. K processes are killed at ANY step, with all their threads; the file lock
 * goes in a LATER step. Slices fire only when nothing else can move.
 * Checked: one thread of those that live in the section; it finds the data whole or is told; nobody is stuck.
 * Mutants: SELF_BLIND (one's own id looked up in the kernel, which shows no lock of one's own)
 *          FAST_DROPS_D (the free way takes a dirty lock)      KEEP_QUEUE (who gives up leaves the mutex locked)
 *          NO_PASS_ON (a wake that meets one who gives up is not handed on; K=0 SL=0)
 * and with K=1 SL=0: a slice is needed.
 * TAKE_DROPS_W is no mutant: a takeover that forgets the sleepers of the dead one's word costs each of them a slice. */
#ifndef NT
#define NT 3
#endif
#ifndef K
#define K 0
#endif
#ifndef SL
#define SL 0
#endif
#ifndef G
#define G 1
#endif
byte word; bit W, D;                 /* ONE 64-bit word */
bit dead[2], lk[2];                  /* of a process; its file lock */
byte q[2];                           /* the mutex of a process: who has it + 1 */
bit asleep[NT], in[NT], done[NT]; byte slice[NT];
byte given;                          /* how many have given up */
bit torn;                            /* ghost: the guarded data is between two states */

inline wake() {
  atomic { if :: asleep[0] -> asleep[0]=0 :: asleep[1] -> asleep[1]=0 :: asleep[2] -> asleep[2]=0 :: asleep[NT-1] -> asleep[NT-1]=0
              :: !asleep[0] && !asleep[1] && !asleep[2] && !asleep[NT-1] fi }
}
inline cas() { if :: word==w && W==ww && D==wd :: else -> goto again fi }

proctype T(byte me) {
  byte w, p; bit ww, wd, slept, dirty, isd, gives, late;
  p = me/2;
  {
    atomic {                                  /* the free way: one compare-and-set of the whole word from 0 */
#ifdef FAST_DROPS_D
      if :: word==0 && !W -> word=p+1; D=0; in[me]=1 :: else fi
#else
      if :: word==0 && !W && !D -> word=p+1; in[me]=1 :: else fi
#endif
    };
    if :: in[me] -> goto section :: else fi;
    atomic { if :: q[p]==0 -> q[p]=me+1 :: given<G -> given++; done[me]=1; goto end fi };
again: skip;
    d_step { w=word; ww=W; wd=D; isd=0;
#ifdef SELF_BLIND
      if :: w!=0 && (!lk[w-1] || w==p+1) -> isd=1 :: else fi
#else
      if :: w!=0 && !lk[w-1] -> isd=1 :: else fi
#endif
    };
    if
    :: w==0 -> atomic { cas(); word=p+1; W=ww|slept; D=0; dirty=wd; in[me]=1 }
    :: isd ->
#ifdef TAKE_DROPS_W
       atomic { cas(); word=p+1; W=slept; D=0; dirty=1; in[me]=1 }
#else
       atomic { cas(); word=p+1; W=ww|slept; D=0; dirty=1; in[me]=1 }
#endif
    :: else ->
       atomic { cas(); W=1 };
       atomic { if :: word==w && W -> asleep[me]=1 :: else -> goto again fi };   /* futex_wait */
       if
       :: !asleep[me] -> if :: atomic { given<G -> given++; gives=1; late=1 } :: skip fi
       :: atomic { given<G -> given++; gives=1; late=!asleep[me]; asleep[me]=0 }  /* woken meanwhile, or not */
       :: timeout && slice[me]<SL -> d_step { slice[me]++; asleep[me]=0 }
       fi;
       if
       :: gives ->
#ifndef NO_PASS_ON
          if :: late -> wake() :: else fi;
#endif
#ifndef KEEP_QUEUE
          q[p]=0;
#endif
          done[me]=1; goto end
       :: else -> slept=1; goto again
       fi
    fi;
    q[p]=0;                                   /* the owner does not hold it */
section: skip; d_step { w=0; ww=0; wd=0; isd=0; slept=0 };
    assert(in[0]+in[1]+in[2]+(NT==4 && in[NT-1])==1);
    if :: dirty -> torn=0; dirty=0 :: else fi;
    assert(!torn);
    torn=1;
    if :: torn=0 :: dirty=1 fi;               /* done, or a throw in the middle */
    in[me]=0;
    d_step { ww=W; word=0; W=0; D=dirty };    /* one exchange */
    if :: ww -> wake() :: else fi;
    done[me]=1; goto end
  } unless { dead[p] };
end: skip; d_step { w=0; ww=0; wd=0; slept=0; dirty=0; isd=0; gives=0; late=0 }   /* fewer states */
}
init {
  byte k, v;
  atomic { lk[0]=1; lk[1]=1; do :: v<NT -> run T(v); v++ :: else -> break od; v=0 };
  do
  :: k<K -> atomic { k++; if :: v=0 :: v=1 fi;
       if :: !dead[v] -> dead[v]=1; in[2*v]=0; asleep[2*v]=0; if :: 2*v+1<NT -> in[2*v+1]=0; asleep[2*v+1]=0 :: else fi :: else fi };
     lk[v]=0
  :: break
  od;
  timeout && (!asleep[0]||slice[0]==SL) && (!asleep[1]||slice[1]==SL) && (!asleep[2]||slice[2]==SL) && (!asleep[NT-1]||slice[NT-1]==SL);
  v=0; do :: v<NT -> assert(dead[v/2] || done[v]); v++ :: else -> break od
}
