/* sleepless.pml - who does not sleep says so, and spares the other the fence and the look for a sleeper (docs/layouts/ring.md, Sleepless).
 * 2 lanes, 1 reader, MSGS and 1 messages; store buffers (one a variable, drained in any order). The reader's word: 1 it does not sleep, 0 it does,
 *   2 it does, but somebody may still act on a 1. It says 1 after a message, or none, at will; before it sleeps it stores 2 and asks for a barrier,
 *   which B makes in the background; until that is made it looks again and again, then it stores 0. The process of R and B is killed K times at any
 *   step. It is bell.pml but for that; waiting for room is the same pair with the roles changed.
 * membarrier: a full fence of the caller, then of each other at some moment, then of the caller.
 * Checked with no slices at all but those that are owed: when all is quiet, no message waits while the reader sleeps.
 * Mutants: NO_BARRIER CALL_FIRST OLD_BARRIER SLEEPS_ANYWAY SKIPS_AT_TWO, NO_TAKEOVER NO_LAST_LOOK, and NO_TWO: who takes over finds the 0 of
 *   one who was killed before its barrier */
#ifndef K
#define K 1
#endif
#ifndef MSGS
#define MSGS 2
#endif
#define N(i) (i==0 -> MSGS : 1)
byte sent[2], armed[2], word, bell, used[2];         /* shared; sent: how many words of frames are there; used: head */
byte bS[2], bA[2], bW;                               /* stores not out yet; 0: none; bW: the word + 1 */
byte woken[2];                                       /* read by their writer only */
bit asleep, dead;
#ifdef SKIPS_AT_TWO
#define SKIPS(w) (w!=0)
#else
#define SKIPS(w) (w==1)
#endif
active proctype memory() {
end: do
  :: atomic { bS[0] -> sent[0]=bS[0]; bS[0]=0 }   :: atomic { bS[1] -> sent[1]=bS[1]; bS[1]=0 }
  :: atomic { bA[0] -> armed[0]=bA[0]; bA[0]=0 }  :: atomic { bA[1] -> armed[1]=bA[1]; bA[1]=0 }
  :: atomic { bW -> word=bW-1; bW=0 }
  od
}
proctype P(byte me) {
  byte n; byte w;
  do
  :: n<N(me) -> atomic { !bS[me]; n++; bS[me]=n };   /* the word of the frame, release: it sits in the buffer (one place: an older one is out) */
     w=word;                                         /* this load may pass the store */
     if
     :: SKIPS(w)
     :: else -> !bS[me];                             /* fullFence */
        if :: armed[me]>woken[me] ->
              atomic { !bS[me]; bell++ };            /* getAndAdd */
              asleep=0;                              /* futex_wake(bell) */
              woken[me]=n
           :: else
        fi
     fi; w=0
  :: else -> break
  od
}
#define OWN_FENCE !bA[0] && !bA[1] && !bW
inline membarrier() {
  OWN_FENCE;
  atomic { if :: bS[0] -> sent[0]=bS[0]; bS[0]=0 :: else fi };
  atomic { if :: bS[1] -> sent[1]=bS[1]; bS[1]=0 :: else fi };
  OWN_FENCE
}
inline say(value) { atomic { !bW; bW=value+1 } }
inline ask() { atomic { OWN_FENCE; asked=1; made=0; gen=1-gen } }      /* under a lock, so behind the store of 2 */
bit asked, made, gen, deadB;
proctype B() {
  bit g;
  do
  :: { do
       :: atomic { asked -> asked=0; g=gen };
#ifndef NO_BARRIER
          membarrier();
#endif
#ifdef OLD_BARRIER
          made=1
#else
          atomic { if :: g==gen && !asked -> made=1 :: else fi; g=0 }  /* its number is that of the last who asked */
#endif
       od
     } unless { deadB };
     atomic { deadB=0; asked=0; made=0; gen=0; g=0 }
  od
}
#ifdef NO_TWO
#define WITHDRAWN 0
#else
#define WITHDRAWN 2
#endif
inline withdraw() {
#ifdef CALL_FIRST
  ask(); say(WITHDRAWN);
#else
  say(WITHDRAWN); ask();
#endif
  owed=1; awake=0
}
proctype R() {
  byte b; bit awake, owed, ended;                     /* ended: only a mutant looks at it */
  do
  :: atomic { OWN_FENCE && !deadB };                 /* the stores of the dead are out; the role is taken */
#ifdef NO_TAKEOVER
  { skip;
#else
  { if :: word -> withdraw() :: else fi;
#endif
    do
    :: used[0]==MSGS && used[1]==1 -> goto done
    :: atomic { sent[0]>used[0] -> used[0]++ };      /* handled, head moved: from its own stores nothing hangs here */
       if :: !awake -> say(1); awake=1 :: skip fi
    :: atomic { sent[1]>used[1] -> used[1]++ };
       if :: !awake -> say(1); awake=1 :: skip fi
    :: sent[0]<=used[0] && sent[1]<=used[1] ->
       if
#ifndef SLEEPS_ANYWAY
       :: awake -> withdraw()
#endif
       :: !awake && owed && made -> owed=0; say(0); ended=1
       :: else
       fi;
       b=bell;
       atomic { !bA[0] && !bA[1]; bA[0]=used[0]+1; bA[1]=used[1]+1 };     /* arm all lanes */
       OWN_FENCE;
#ifdef NO_LAST_LOOK
       if :: ended -> ended=0; goto sleep :: else fi;
#endif
       if :: sent[0]>used[0] -> goto again :: else fi;
       if :: sent[1]>used[1] -> goto again :: else fi;
sleep: atomic { OWN_FENCE; if :: bell==b -> asleep=1 :: else fi };        /* futex_wait(bell, b) */
       if :: !asleep :: owed && made -> asleep=0 fi;                      /* the short slices */
again: b=0; ended=0
    od
  } unless { dead };
  atomic { dead=0; asleep=0; b=0; awake=0; owed=0; ended=0 }
  od;
done: skip
}
init {
  byte k;
  atomic { run P(0); run P(1); run B(); run R() };
  do :: k<K -> atomic { !dead && !deadB; k++; dead=1; deadB=1 } :: break od;
  timeout;
  assert(sent[0]==MSGS && sent[1]==1 && used[0]==MSGS && used[1]==1)
}
