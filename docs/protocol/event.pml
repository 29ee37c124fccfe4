/* event.pml - the event and the condition (12), each a word: a number that goes up by one store, and W: somebody may sleep.
 * EVENT: N-1 wait for it; one sets and resets it at will, at last sets it. Number and SET and W change by compare-and-set.
 * Else, the condition: N processes under the lock of lock.pml (one step here: L, D). Each takes an item from a store if there is one,
 *   else arms (W, under the lock), unlocks, sleeps while the word is that. One puts ITEMS in and signals for each.
 * K kills at any step, the file lock goes in a LATER step; who is woken may be killed before it acts; G waits end by themselves and
 * begin anew. Slices fire only when nothing else can move. At a slice a waiter looks for a new number, and for a dead owner.
 * Checked: nobody sleeps for ever while the event is set or was, while there are items, or when the owner has died.
 * Mutants: (condition) ARM_LATE (after the unlock) WAKE_ONLY (wakes one, and leaves the number) DROP_W (a signal for one takes the mark
 *   from the others, K=0 SL=0)  BLIND (does not look for a dead owner)   (event) NO_NUMBER (set and reset at once is not seen) LOAD_STORE (set by a load and
 *   a store: K=0 SL=0)     and with K=1 SL=0: a slice is needed */
#ifndef K
#define K 1
#endif
#ifndef N
#define N 3
#endif
#ifndef G
#define G 1
#endif
#ifndef SL
#define SL 2
#endif
#ifndef ITEMS
#define ITEMS 2
#endif
#define PUTTER (N-1)
byte num, L, items, gave;
bit SET, W, D, dead[N], lk[N], ended[N], asleep[N], waits[N], told[N];
byte slice[N], mark[N];              /* mark: the number that was seen */
byte first[N];                       /* ghost: the number when the wait began */

inline wake_all() { d_step { j=0; do :: j<N -> asleep[j]=0; j++ :: else -> break od; j=0 } }
inline wake_one() {
  atomic { if :: asleep[0] -> asleep[0]=0 :: asleep[1] -> asleep[1]=0 :: !asleep[0] && !asleep[1] -> none=1 fi }
}
inline nap() {
  if
  :: !asleep[me]
  :: atomic { asleep[me] && gave<G -> gave++; asleep[me]=0 }
  :: timeout && asleep[me] && slice[me]<SL -> d_step { slice[me]++; asleep[me]=0 }
  fi
}
#ifdef EVENT
proctype Waiter(byte me) {
  byte j; bit w;
  { skip;
    atomic { if :: SET -> goto seen :: else -> mark[me]=num; first[me]=num; waits[me]=1; w=W fi };
look: skip;
    atomic {
      if
#ifdef NO_NUMBER
      :: SET -> goto seen
#else
      :: SET || num!=mark[me] -> goto seen
#endif
      :: else -> w=W; mark[me]=num
      fi };
    atomic { if :: !SET && num==mark[me] && W==w -> W=1 :: else -> goto look fi };      /* compare-and-set */
    atomic { if :: W && !SET && num==mark[me] -> asleep[me]=1 :: else -> goto look fi }; /* futex_wait */
    nap();
    goto look;
seen: atomic { waits[me]=0; ended[me]=1; goto end }
  } unless { dead[me] };
end: skip
}
proctype Putter(byte me) {
  byte k, j, n; bit w;
  { skip;
turn: skip;
    if
    :: k==ITEMS -> ended[me]=1; goto end
    :: k<ITEMS -> k++
    fi;
again: skip;
    atomic { if :: SET -> goto reset :: else -> n=num; w=W fi };
#ifdef LOAD_STORE
    d_step { num=n+1; SET=1; W=0 };
#else
    atomic { if :: !SET && num==n && W==w -> num=n+1; SET=1; W=0 :: else -> goto again fi };
#endif
    if :: w -> wake_all() :: else fi;
reset: skip;
    if :: SET=0 :: true fi;
    goto turn
  } unless { dead[me] };
end: skip
}
#else
inline lock() {
  if
  :: atomic { L==0 -> L=me+1; d=D; D=0 }
  :: atomic { L!=0 && !lk[L-1] -> L=me+1; d=1; D=0 }
  fi
}
proctype Waiter(byte me) {
  byte j; bit d;
  { skip;
    lock();
turn: atomic { d=0 };
    if
    :: items>0 -> items--; L=0; ended[me]=1; goto end
    :: else
    fi;
    if :: told[me] && D==0 -> L=0; ended[me]=1; goto end :: else fi;   /* the owner died: repaired, told all, and gone home */
#ifndef ARM_LATE
    d_step { mark[me]=num; W=1 };
#else
    mark[me]=num;
#endif
    waits[me]=1;
    L=0;
#ifdef ARM_LATE
    W=1;
#endif
sleep: skip;
    atomic { if :: num==mark[me] && W -> asleep[me]=1 :: else fi };
    if
    :: !asleep[me]
    :: atomic { asleep[me] && gave<G -> gave++; asleep[me]=0; mark[me]=99 }
    :: timeout && asleep[me] && slice[me]<SL -> d_step { slice[me]++; asleep[me]=0 }
    fi;
#ifndef BLIND
    if :: L!=0 && !lk[L-1] -> goto woken :: else fi;
#endif
    if :: num==mark[me] -> goto sleep :: else fi;
woken: skip;
    lock();
    waits[me]=0;
    if :: d -> told[me]=1;
          if :: W -> d_step { num++; W=0 }; wake_all() :: else fi       /* repaired: those whom the dead one would have told */
       :: else fi;
    goto turn
  } unless { dead[me] };
end: skip
}
proctype Putter(byte me) {
  byte k, j; bit d, none;
  { skip;
turn: atomic { d=0; none=0 };
    if :: k==ITEMS -> ended[me]=1; goto end :: else -> k++ fi;
    lock();
    items++;
    if
    :: W ->
#ifndef WAKE_ONLY
       num++;
#endif
#ifdef DROP_W
       W=0;
#endif
       wake_one();
       if :: none -> W=0 :: else fi
    :: else
    fi;
    L=0;
    goto turn
  } unless { dead[me] };
end: skip
}
#endif
init {
  byte k, v;
  atomic { do :: v<N -> lk[v]=1; if :: v==PUTTER -> run Putter(v) :: else -> run Waiter(v) fi; v++ :: else -> break od; v=0 };
  do
  :: k<K -> atomic { k++; if :: v=0 :: v=1 :: v=N-1 fi; if :: !dead[v] && !ended[v] -> dead[v]=1; asleep[v]=0 :: else fi };
     lk[v]=0
  :: break
  od;
  timeout && (!asleep[0]||slice[0]==SL) && (!asleep[1]||slice[1]==SL);
  v=0; do
  :: v<N-1 ->
#ifdef EVENT
     assert(dead[v] || ended[v] || (!SET && num==first[v]));
#else
     assert(dead[v] || ended[v] || (items==0 && (L==0 || lk[L-1])));
#endif
     v++
  :: else -> break
  od
}
