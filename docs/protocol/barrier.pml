/* barrier.pml - the barrier (12): under the lock of lock.pml (one step here: L) a row for each of N parties, its id and the phase that it
 * has arrived for; and a word: the phase, B for broken, W for somebody may sleep. All phases up to PH.
 * Who arrives stores so in its row; who finds that all have, begins the next phase by one store. A sleeper looks at the rows at its slice:
 * a missing one that is dead breaks the phase: each row is told, then B. Nobody arrives in a broken phase. Whoever is told calls reset:
 * places of the dead become free, then the next phase begins. Who joins takes a free place; that of a dead one breaks the phase first.
 * K kills at any step, the file lock goes in a LATER step, and it is born again (but NOREBIRTH); one party leaves its place and comes back (LV). Slices
 * fire only when nothing else can move.
 * Checked: who passes, passes with all; whoever arrived in a phase that broke is told, and by whom; nobody is stuck but for a free place.
 * Mutants: ARRIVES_BROKEN B_FIRST (B before the rows) NO_ROWS (only B tells) NO_DEATH (nobody looks for the dead)
 *          OVERWRITE (a second break over one that was not told yet; K=2)
 *          NO_SETTLE (nobody ends what the last one to arrive has left; NOREBIRTH)    and with SL=0: a slice is needed */
#ifndef K
#define K 1
#endif
#ifndef N
#define N 2
#endif
#ifndef SL
#define SL 3
#endif
#ifndef PH
#define PH 2
#endif
#ifndef LV
#define LV 0
#endif
#define IDS (N+K+LV+1)
#define MOST (PH+K+K+2)
byte L, phase, by, next, left; bit B, W;
byte idr[N], arr[N], brk[N];
bit lk[IDS], dead[N], ended[N], asleep[N]; byte slice[N];
byte came[MOST]; bit broke[MOST];        /* ghosts */
byte ids[N];

inline lock() {
  if
  :: atomic { L==0 -> L=id }
  :: atomic { L!=0 && L!=id && !lk[L] -> L=id }
  fi
}
inline wake() { if :: ww -> d_step { j=0; do :: j<N -> asleep[j]=0; j++ :: else -> break od; j=0; ww=0 } :: else fi }
inline begin() { d_step { ww=W; phase++; B=0; W=0 }; wake() }
inline breaks(who) {
  if
  :: !B ->
#ifdef B_FIRST
     d_step { ww=W; B=1; W=0; broke[phase]=1; by=who };
#endif
#ifndef NO_ROWS
#ifdef OVERWRITE
     j=0; do :: j<N -> brk[j]=phase+1; j++ :: else -> break od; j=0;
#else
     j=0; do :: j<N -> if :: brk[j]==0 -> brk[j]=phase+1 :: else fi; j++ :: else -> break od; j=0;
#endif
#endif
#ifndef B_FIRST
     by=who;
     d_step { ww=W; B=1; W=0; broke[phase]=1 };
#endif
     wake()
  :: else
  fi
}
inline look(tests) {                     /* miss: 0 nobody is missing, 1 somebody, 2 somebody dead: dd */
  d_step { miss=0; dd=0; j=0;
    do
    :: j<N -> if :: idr[j]==0 -> if :: miss==0 -> miss=1 :: else fi
                 :: idr[j]!=0 && arr[j]!=phase+1 ->
                    if :: tests && !lk[idr[j]] && miss<2 -> miss=2; dd=idr[j] :: miss==0 -> miss=1 :: else fi
                 :: else fi; j++
    :: else -> break
    od; j=0 }
}
inline clear() { j=0; do :: j<N -> if :: idr[j]!=0 && !lk[idr[j]] -> idr[j]=0 :: else fi; j++ :: else -> break od; j=0 }

proctype P(byte me) {
  byte id, row, j, arrived, miss, dd, free, grave; bit ww, lives;
born: skip;
  { skip;
join: atomic { next++; id=next; lk[id]=1; ids[me]=id; arrived=0 };
    lock();
    d_step { free=N; grave=N; lives=0; j=0;
      do :: j<N -> if :: idr[j]==0 -> free=j :: idr[j]!=0 && lk[idr[j]] -> lives=1 :: else -> grave=j fi; j++ :: else -> break od; j=0 };
    if
    :: grave!=N && !lives -> clear(); begin()
    :: grave!=N && lives -> breaks(idr[grave])
    :: else
    fi;
    row = (free==N -> grave : free); assert(row<N);
    arr[row]=0; brk[row]=0; idr[row]=id;
    L=0;
turn: atomic { free=0; grave=0; lives=0; miss=0; dd=0; ww=0 };
    lock();
    if :: phase>=PH -> L=0; ended[me]=1; goto end :: else fi;
    if :: brk[row] -> brk[row]=0; L=0; assert(!lk[by]); goto reset :: else fi;
#ifndef ARRIVES_BROKEN
    if :: B -> assert(!lk[by]); L=0; goto reset :: else fi;
#endif
    d_step { arr[row]=phase+1; arrived=phase+1; came[phase]++ };
    if :: !B -> look(0); if :: miss==0 -> begin() :: else fi :: else fi;
    L=0;
wait: skip;
    if
    :: atomic { phase>=arrived || B -> skip }; 
       if
       :: brk[row]==arrived -> brk[row]=0; assert(!lk[by]); goto reset
#if defined(ARRIVES_BROKEN) || defined(NO_ROWS)
       :: brk[row]!=arrived && B && phase<arrived -> goto reset
#endif
       :: else -> assert(came[arrived-1]>=N && !broke[arrived-1]); goto turn
       fi
    :: else
    fi;
    if :: atomic { left<LV -> left++; idr[row]=0 }; lk[id]=0; goto join :: true fi;
    atomic { if :: phase<arrived && !B -> W=1 :: else -> goto wait fi };
    atomic { if :: phase<arrived && !B && W -> asleep[me]=1 :: else -> goto wait fi };
    if
    :: !asleep[me] -> goto wait
    :: timeout && asleep[me] && slice[me]<SL -> d_step { slice[me]++; asleep[me]=0 }
    fi;
#ifndef NO_DEATH
    if :: !B -> look(1) :: else -> miss=1 fi;
    if
    :: miss!=1 ->
       lock();
       if :: !B -> look(1) :: else -> miss=1 fi;
       if
#ifndef NO_SETTLE
       :: miss==0 -> begin()
#endif
       :: miss==2 -> breaks(dd)
       :: else
       fi;
       L=0
    :: else
    fi;
#endif
    miss=0; dd=0;
    goto wait;
reset: skip;
    lock();
    if :: B -> clear(); begin() :: else fi;
    L=0;
    goto turn
  } unless { dead[me] };
  atomic { row=0; j=0; arrived=0; miss=0; dd=0; free=0; grave=0; lives=0; ww=0 };
#ifndef NOREBIRTH
  atomic { id==0 || !lk[id] -> dead[me]=0; id=0; goto born };
#endif
end: atomic { row=0; j=0; arrived=0; miss=0; dd=0; free=0; grave=0; lives=0; ww=0 }
}
init {
  byte k, v, w;
  atomic { do :: v<N -> run P(v); v++ :: else -> break od; v=0 };
  do
  :: k<K -> atomic { k++; if :: v=0 :: v=N-1 fi; if :: !dead[v] && !ended[v] && ids[v] -> dead[v]=1; asleep[v]=0; w=ids[v] :: else fi };
     lk[w]=0
  :: break
  od;
  timeout && (!asleep[0]||slice[0]==SL) && (!asleep[1]||slice[1]==SL) && (!asleep[N-1]||slice[N-1]==SL);
  v=0; do
  :: v<N -> assert(dead[v] || ended[v]
#ifdef NOREBIRTH
       || (asleep[v] && (idr[0]==0 || idr[1]==0 || idr[N-1]==0))
#endif
     ); v++
  :: else -> break
  od
}
