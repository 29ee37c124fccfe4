/* barrier.pml - who pays for the fence between a store and the look for a sleeper (docs/layouts/ring.md, Barriers).
 * 2 lanes and 1 reader; producer 0 is registered for membarrier(2), producer 1 is not; MSGS and 1 messages; store buffers (one a variable,
 *   drained in any order). The reader's barrier word: 1 it calls membarrier between arming and its last look, 0 everybody makes their own fence.
 * The reader is killed K times at any step; the next one has either barrier, at will. It is bell.pml but for that; waiting for room is the same
 *   pair with the roles changed: one registered or unregistered storer of head, one sleeper with a barrier word.
 * membarrier: a full fence of the caller, then of each registered process at some moment, then of the caller.
 * Checked with no slices at all: when all is quiet, no message waits while the reader sleeps.
 * Mutants: NO_MEMBARRIER UNREGISTERED ARM_LATE NO_TAKEOVER_BARRIER CALL_FIRST, and ONLY_IF_ONE with K=2: who takes over finds the 0 of one who was
 *   killed between its store and its call, and thinks that it owes no call */
#ifndef K
#define K 1
#endif
#ifndef MSGS
#define MSGS 2
#endif
#define N(i) (i==0 -> MSGS : 1)
byte sent[2], armed[2], bar, bell, used[2];          /* shared; sent: how many words of frames are there; used: head */
byte bS[2], bA[2], bB;                               /* stores not out yet; 0: none; bB: the barrier + 1 */
byte woken[2];                                       /* read by their writer only */
bit asleep, dead;
#ifdef UNREGISTERED
#define SKIPS(me) 1
#else
#define SKIPS(me) (me==0)
#endif
active proctype memory() {
end: do
  :: atomic { bS[0] -> sent[0]=bS[0]; bS[0]=0 }   :: atomic { bS[1] -> sent[1]=bS[1]; bS[1]=0 }
  :: atomic { bA[0] -> armed[0]=bA[0]; bA[0]=0 }  :: atomic { bA[1] -> armed[1]=bA[1]; bA[1]=0 }
  :: atomic { bB -> bar=bB-1; bB=0 }
  od
}
proctype P(byte me) {
  byte n; bit b;
  do
  :: n<N(me) -> atomic { !bS[me]; n++; bS[me]=n };   /* the word, release: it sits in the buffer (one place: an older one is out) */
     b=bar;                                          /* these loads may pass the store */
     if :: b==1 && SKIPS(me) :: else -> !bS[me] fi;  /* fullFence */
     if :: armed[me]>woken[me] ->
           atomic { !bS[me]; bell++ };               /* getAndAdd */
           asleep=0;                                 /* futex_wake(bell) */
           woken[me]=n
        :: else
     fi; b=0
  :: else -> break
  od
}
#define OWN_FENCE !bA[0] && !bA[1] && !bB
inline membarrier() {
  OWN_FENCE;
  atomic { if :: bS[0] -> sent[0]=bS[0]; bS[0]=0 :: else fi };   /* an interrupt of the core on which producer 0 runs */
  OWN_FENCE
}
proctype R() {
  byte b; bit mine, old;
  do
  :: OWN_FENCE;                                      /* the stores of the dead are out; the role is taken */
  { if :: mine=0 :: mine=1 fi;
    old=bar;
#ifdef CALL_FIRST
    if :: !mine -> membarrier() :: else fi;
#endif
    bB=mine+1;
#if defined(ONLY_IF_ONE)
    if :: !mine && old -> membarrier() :: else fi;
#elif !defined(NO_TAKEOVER_BARRIER) && !defined(CALL_FIRST)
    if :: !mine -> membarrier() :: else fi;          /* after the store, before it first arms */
#endif
    old=0;
    do
    :: used[0]==MSGS && used[1]==1 -> goto done
    :: atomic { sent[0]>used[0] -> used[0]++ }       /* handled, head moved: from its own stores nothing hangs here */
    :: atomic { sent[1]>used[1] -> used[1]++ }
    :: sent[0]<=used[0] && sent[1]<=used[1] ->
       b=bell;
#ifdef ARM_LATE
       if :: mine -> membarrier() :: else fi;
#endif
       atomic { !bA[0] && !bA[1]; bA[0]=used[0]+1; bA[1]=used[1]+1 };     /* arm all lanes */
#ifdef ARM_LATE
       if :: !mine -> OWN_FENCE :: else fi;
#elif defined(NO_MEMBARRIER)
       OWN_FENCE;
#else
       if :: mine -> membarrier() :: else -> OWN_FENCE fi;
#endif
       if :: sent[0]>used[0] -> goto again :: else fi;
       if :: sent[1]>used[1] -> goto again :: else fi;
       atomic { OWN_FENCE; if :: bell==b -> asleep=1 :: else fi };        /* futex_wait(bell, b) */
       !asleep;
again: b=0
    od
  } unless { dead };
  atomic { dead=0; asleep=0; b=0; mine=0; old=0 }
  od;
done: skip
}
init {
  byte k;
  atomic { run P(0); run P(1); run R() };
  do :: k<K -> atomic { !dead; k++; dead=1 } :: break od;
  timeout;
  assert(sent[0]==MSGS && sent[1]==1 && used[0]==MSGS && used[1]==1)
}
