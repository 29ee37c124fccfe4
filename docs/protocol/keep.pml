/* keep.pml - what is on the disk: one keeper at a time (killed at any step, K times, and followed by the next), one who appends and
 * rolls, with READER one who lists, and a power cut at any step, which keeps any part of what was not synced; then recovery.
 * A segment has SEG batches, MSGS in all. c..: what processes see; d..: what is on the disk. A slot of the recovery point is stored
 * in two steps, and may be torn by a kill (in memory) or by the cut (on the disk): then its CRC is wrong, number 0 here.
 * Checked after the cut: what was said to be flushed is there; all from the log start to the end is whole; nothing comes back
 *   that was let go of, and nothing is gone that was not. Meanwhile: a reader that misses a file is told that it is out of range.
 * Mutants: POINT_FIRST FLUSHED_FIRST ONE_SLOT NO_NAMES NO_MSYNC START_FIRST UNLINK_FIRST NO_SYNC_AFTER_DEATH (K=1) NO_FLUSH_FIRST
 * Head of lock.pml tells how. */
#ifndef K
#define K 1
#endif
#ifndef MSGS
#define MSGS 4
#endif
#define SEG 2
#define NS (MSGS/SEG+1)
#ifdef ONE_SLOT
#define SLOT(n) 0
#else
#define SLOT(n) ((n)&1)
#endif
typedef Point { byte num, seg, off, start };
Point c[2], d[2];                              /* the slots; num 0: torn */
bit cName[NS], dName[NS], dData[MSGS+1];       /* a file's name; its bytes. In memory all bytes below the end are there */
byte pub, next;                                /* the published end: segment and next offset, one flip */
byte start, flushed;                           /* words that only memory has */
byte promised, gone, wanted;                   /* ghosts: told to be flushed; told to be let go; the highest that was asked for */
bit kill, cut, over;
#define NEWER (c[1].num>c[0].num)
#define READ(p) d_step { i=0; if :: NEWER -> p.num=c[1].num; p.seg=c[1].seg; p.off=c[1].off; p.start=c[1].start \
                           :: else -> p.num=c[0].num; p.seg=c[0].seg; p.off=c[0].off; p.start=c[0].start fi; i=0 }
#define SET(t,n,s,o,b) d_step { t.num=n; t.seg=s; t.off=o; t.start=b }
#define COPY(t,f) t.num=f.num; t.seg=f.seg; t.off=f.off; t.start=f.start
#define MSYNC d_step { COPY(d[0],c[0]); COPY(d[1],c[1]) }
#define FSYNC_FOLDER d_step { i=0; do :: i<NS -> dName[i]=cName[i]; i++ :: else -> break od; i=0 }
#define FDATASYNC(s) d_step { i=(s)*SEG; do :: i<((s)+1)*SEG && i<next -> dData[i]=1; i++ :: else -> break od; i=0 }

proctype Appender() {
  { do
    :: next==MSGS -> break
    :: next<MSGS ->
       if
       :: next==(pub+1)*SEG -> cName[pub+1]=1; pub++       /* rolls: the file, then the flip */
       :: else
       fi;
       cName[pub]=1;                                        /* the first append makes the first segment */
       next++                                               /* the flip */
    od
  } unless { cut }
}
#ifdef READER
active proctype Reader() {                                        /* looks for one offset: lists, then the log start */
  byte r; bit n;
  { if :: r=0 :: r=1 :: r=SEG fi;
    r<next; n=cName[r/SEG]; assert(n || r<start)
  } unless { cut }
}
#endif
proctype Keeper() {
  Point r; byte es, eo, s, i, x; bit died, point, letgo;
again:
  { if :: died ->                                          /* of the one before, a slot may be half stored, or not on the disk */
#ifndef NO_SYNC_AFTER_DEATH
       MSYNC;
#endif
       died=0
    :: else fi;
    do
    :: flushed<next || (start<next && start<SEG+1) ->
       if :: start<next && start<SEG+1 -> letgo=1 :: flushed<next -> letgo=0 fi;
       if :: point=1 :: !letgo -> point=0 fi;
#ifdef NO_FLUSH_FIRST
       if :: letgo -> d_step { es=pub; eo=next }; goto let :: else fi;
#endif
       READ(r); d_step { es=pub; eo=next };                 /* a copy of the published end */
#ifdef FLUSHED_FIRST
       d_step { flushed=eo; promised=(promised>eo -> promised : eo) };
#endif
#ifdef POINT_FIRST
       if :: point || es!=r.seg || r.num==1 -> c[SLOT(r.num+1)].num=0; SET(c[SLOT(r.num+1)],r.num+1,es,eo,r.start); MSYNC :: else fi;
#endif
       s=r.seg;
       do :: s<=es -> FDATASYNC(s); s++ :: else -> break od;
       s=0;
#ifndef NO_NAMES
       if :: es!=r.seg || r.num==1 -> FSYNC_FOLDER :: else fi;
#endif
#ifndef POINT_FIRST
       if
       :: eo>r.off && (point || es!=r.seg || r.num==1) ->
          c[SLOT(r.num+1)].num=0;                           /* half stored */
          SET(c[SLOT(r.num+1)],r.num+1,es,eo,r.start);
#ifndef NO_MSYNC
          MSYNC
#endif
       :: else
       fi;
#endif
       d_step { i=0; if :: flushed<eo -> flushed=eo :: else fi; promised=(promised>flushed -> promised : flushed) };
#ifdef NO_FLUSH_FIRST
let:
#endif
       if
       :: letgo ->
          if :: x=start+1 :: eo>start+1 -> x=eo fi;
          if :: x>SEG+1 -> x=SEG+1 :: else fi;              /* no more than that, to keep it small */
          d_step { wanted=(wanted>x -> wanted : x) };
#ifdef UNLINK_FIRST
          s=0; do :: (s+1)*SEG<=x && s<es -> cName[s]=0; s++ :: else -> break od; s=0;
#endif
#ifdef START_FIRST
          d_step { start=x; gone=x };
#endif
          if
          :: x>r.start || x>start ->
             READ(r);
             c[SLOT(r.num+1)].num=0;
             SET(c[SLOT(r.num+1)],r.num+1,r.seg,r.off,x);
             MSYNC;
             d_step { start=x; gone=x }
          :: else
          fi;
          s=0;
          do :: (s+1)*SEG<=start && s<es -> cName[s]=0; s++ :: else -> break od; s=0
       :: else
       fi;
       d_step { s=0; x=0; es=0; eo=0; point=0; letgo=0; r.num=0; r.seg=0; r.off=0; r.start=0 }
    :: next==MSGS && flushed==MSGS -> break
    od
  } unless { kill || cut };
  skip;
  if
  :: kill && !cut ->
     d_step { kill=0; died=1; s=0; i=0; x=0; es=0; eo=0; point=0; letgo=0; r.num=0; r.seg=0; r.off=0; r.start=0 };
     goto again
  :: else
  fi
}
init {
  byte k, i, low, expected, from, n; bit begun; Point p;
  atomic { c[1].num=1; d[1].num=1; run Appender(); run Keeper() };
  do :: k<K && !kill -> k++; kill=1; !kill :: break od;
  cut=1;
  timeout;                                                  /* all have stopped where they were */
  atomic {
    /* the disk: of what was not synced, any part */
    do
    :: i<2 ->
       if
       :: c[i].num!=d[i].num || c[i].start!=d[i].start ->
          if :: d_step { COPY(d[i],c[i]) } :: d[i].num=0 :: skip fi
       :: else
       fi; i++
    :: else -> break
    od;
    i=0; do :: i<NS -> if :: cName[i]!=dName[i] -> if :: dName[i]=cName[i] :: skip fi :: else fi; i++ :: else -> break od;
    i=0; do :: i<next -> if :: !dData[i] -> if :: dData[i]=1 :: skip fi :: else fi; i++ :: else -> break od;
    /* recovery */
    if :: d[1].num>d[0].num -> COPY(p,d[1]) :: else -> COPY(p,d[0]) fi;
    low=0; do :: low<NS && !dName[low] -> low++ :: else -> break od;
    if :: low<p.seg && !dName[p.seg] -> p.seg=low; p.off=low*SEG :: else fi;
    expected=p.off;
    i=p.seg;
    do
    :: i<NS ->
       if
       :: dName[i] && (!begun || i*SEG==expected) ->
          begun=1;
          if :: expected<i*SEG -> expected=i*SEG :: else fi;
          do :: expected<(i+1)*SEG && expected<MSGS && dData[expected] -> expected++ :: else -> break od
       :: else
       fi; i++
    :: else -> break
    od;
    from=p.start;
    if :: low<NS && from<low*SEG -> from=low*SEG :: low==NS && from<p.off -> from=p.off :: else fi;
    if :: from>expected -> from=expected :: else fi;
    /* what was promised */
    assert(expected>=promised);
    assert(from>=gone);
    assert(from<=wanted || promised<=wanted);               /* first records that were never flushed may be gone */
    i=from; do :: i<expected -> assert(dName[i/SEG] && dData[i]); i++ :: else -> break od
  }
}
