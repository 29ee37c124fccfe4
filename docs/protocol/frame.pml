/* frame.pml - one lane of a ring, word by word (docs/layouts/ring.md): the word of a frame sends it, the tail only helps to find the end.
 * A cell is 8 bytes. A frame is its word and 0 or 1 cell of payload, at will; CAP cells, positions never wrap, padding where it does not fit.
 * A payload looks like the word of its message, so bytes of an earlier lap may be taken for one. A producer sends one message, or two by
 *   the first's word (at most B cells), or gives a claim up (AB times); it stores the tail when the end passes a multiple of S cells.
 * K kills or stops at any step: the next producer finds the end from the tail; the next reader begins at head, which moves after 1 or more messages.
 * Stores become visible in program order. That suffices: the word is stored by release after all that it tells of and loaded by acquire; what a
 *   weaker machine may show early are plain stores of the NEXT claim, which nobody looks at before its word; an older head only gives less room.
 * Checked: a word that is taken is one that was sent at that place, in order, whole; whoever takes over finds the very end; nothing sent is lost,
 *   nothing comes twice but what head has not passed; when all is quiet everything is sent and handled (no lane blocks while its two ends live).
 * TAP: an observer begins at the tail, copies a message and then believes it if the tail is at most CAP/4 further; else it goes on at the tail.
 * SUM: the count of messages up to the tail, stored before it: too high after a kill between the two. PAIR: two counts, the tail's low bit names one.
 * Mutants: NO_ZERO ZERO_LATE ROOM_EXACT NO_WALK FIRST_EARLY PAD_EARLY HEAD_FIRST TAIL_LAZY, TAP_BLIND (TAP), SUM without PAIR */
#ifndef K
#define K 1
#endif
#ifndef CAP
#define CAP 5
#endif
#ifndef S
#define S 2
#endif
#ifndef B
#define B 2
#endif
#ifndef AB
#define AB 1
#endif
#ifndef MSGS
#define MSGS 8
#endif
#define PAD 1
#define WORD(m,l) (2*(m)+(l))
#define SIZE(w,p) ((w)==PAD -> CAP-(p)%CAP : 1+(w)%2)
#ifdef ROOM_EXACT
#define NEXT 0
#else
#define NEXT 1                                       /* the cell behind the frame, for the 0 */
#endif
byte cell[CAP], head, tail;                          /* shared */
byte end, sent, tailed, handled, passed, aborts;     /* ghosts: the true end, messages sent, up to the tail, handled, passed by head */
byte dead[2];
#ifdef SUM
byte count[2]; bit which;                            /* which: the low bit of the tail's word */
#endif
#ifdef PAIR
#define TAIL count[1-which]=c; d_step { tail=q; which=1-which; tailed=sent }
#elif defined(SUM)
#define TAIL count[0]=c; d_step { tail=q; tailed=sent }
#else
#define TAIL d_step { tail=q; tailed=sent }
#endif
proctype P() {
  byte q, e, w, f, n, l, pad, g, c;                  /* q: end of what is claimed; e: where the first word goes, f: that word, 0: none; n: messages claimed */
  do
  :: { q=tail;
#ifdef SUM
       c=count[which];
#endif
#ifndef NO_WALK
       do :: w=cell[q%CAP]; if :: w==0 -> break :: else -> atomic { assert(q<end); q=q+SIZE(w,q);
#ifdef SUM
          c=c+(w!=PAD);
#endif
          w=0 } fi od;
#endif
       assert(q==end);                               /* whoever takes over finds the very end */
       TAIL;
       do
       :: sent+n==MSGS && n==0 -> goto done
       :: sent+n<MSGS && n<2 ->
          if :: l=0 :: l=1 fi;
          atomic { pad=(q%CAP+1+l>CAP -> CAP-q%CAP : 0);
            if
            :: n==0 -> q+pad+1+l+NEXT-head<=CAP                           /* no room: sleeps, bell.pml */
            :: n>0 && q+pad+1+l-e<=B && q+pad+1+l+NEXT-head<=CAP
            :: n>0 && !(q+pad+1+l-e<=B && q+pad+1+l+NEXT-head<=CAP) -> l=0; pad=0; goto publish
            fi };
#ifdef PAD_EARLY
          if :: pad -> cell[q%CAP]=PAD :: else fi;                        /* at the claim */
#endif
          if :: l -> cell[(q+pad+1)%CAP]=WORD(sent+n+1,1) :: else fi;     /* the payload */
          if
          :: aborts<AB -> atomic { aborts++; l=0; pad=0; if :: n>0 -> goto publish :: else fi }
          :: 1 ->
             if
             :: pad && n==0 -> atomic { e=q; f=PAD; q=q+pad }
             :: pad && n>0 -> atomic { cell[q%CAP]=PAD; q=q+pad }         /* plain */
             :: else
             fi;
             if
             :: f==0 -> atomic { e=q; f=WORD(sent+n+1,l); q=q+1+l; n++; l=0; pad=0 }
             :: else ->
#ifdef FIRST_EARLY
                if :: n>0 -> g=q :: else -> cell[q%CAP]=WORD(sent+n+1,l) fi;
#else
                cell[q%CAP]=WORD(sent+n+1,l);                             /* plain: it counts when the first does */
#endif
                atomic { w=WORD(sent+n+1,l); q=q+1+l; n++; l=0; pad=0 }
             fi
          fi
       :: n>0 ->
publish: skip;
#if !defined(NO_ZERO) && !defined(ZERO_LATE)
          cell[q%CAP]=0;                                                  /* plain: nothing was sent from here on */
#endif
          d_step { cell[e%CAP]=f; end=q; sent=sent+n;                     /* release: this is the commit */
#ifdef SUM
            c=c+n;
#endif
            f=0; n=0 };
#ifdef ZERO_LATE
          cell[q%CAP]=0;
#endif
#ifdef FIRST_EARLY
          if :: g -> cell[g%CAP]=w; g=0 :: else fi;
#endif
          w=0;
#ifndef TAIL_LAZY
          if :: e/S!=q/S -> TAIL :: else fi;
#endif
          e=0
       od
     } unless { dead[0] };
     atomic { q=0; e=0; w=0; f=0; n=0; l=0; pad=0; g=0; c=0; if :: dead[0]==1 -> dead[0]=0 :: else -> goto done fi }
  od;
done: skip
}
proctype C() {
  byte p, w, x, m;
end1: do
  :: { d_step { p=head; m=passed };
end2:  do
       :: atomic { cell[p%CAP] -> w=cell[p%CAP]; assert(p<end) };         /* acquire; never a stale word */
          if
          :: w==PAD
          :: else ->
#ifdef HEAD_FIRST
             d_step { head=p+SIZE(w,p); passed=m+1 };
#endif
             if :: w%2 -> x=cell[(p+1)%CAP]; assert(x==w) :: else fi;     /* whole */
             d_step { m++; assert(w/2==m);                                /* in order, what was sent */
               assert(m<=handled+1); if :: m>handled -> handled=m :: else fi; x=0 }
          fi;
          d_step { p=p+SIZE(w,p); w=0 }
#ifndef HEAD_FIRST
       :: p!=head -> d_step { head=p; passed=m }                          /* release; after a message or a batch */
#endif
       od
     } unless { dead[1] };
     atomic { p=0; w=0; x=0; m=0; dead[1]=0 }
  od
}
#ifdef TAP
proctype Tap() {
  byte p, w, x, m, t;
end3: atomic { p=tail; m=tailed };
end4: do
  :: atomic { cell[p%CAP] -> w=cell[p%CAP] };
     if :: w!=PAD && w%2 -> x=cell[(p+1)%CAP] :: else fi;
     atomic { t=tail;                                                     /* after the copy: loadLoadFence */
#ifndef TAP_BLIND
       if :: t>p+CAP/4 -> p=t; m=tailed; w=0; x=0; t=0; goto end4 :: else fi;
#endif
       assert(p<end);
       if :: w!=PAD -> m++; assert(w/2==m && (w%2==0 || x==w)) :: else fi;
       p=p+SIZE(w,p); w=0; x=0; t=0 }
  od
}
#endif
init {
  byte k, v;
  atomic { run P(); run C();
#ifdef TAP
    run Tap();
#endif
  };
  do :: k<K -> atomic { k++; if :: v=0 :: v=1 fi; if :: dead[v]==0 -> if :: dead[v]=1 :: v==0 -> dead[0]=2 fi :: else fi; v=0 } :: break od;
  timeout;
  assert(head==end && handled==sent && passed==sent);
  assert(dead[0]==2 || sent==MSGS);
#ifdef SUM
  assert(count[which]==tailed)
#endif
}
