/* remove.pml - a topic of one partition is removed, and one of the same name is made, while somebody has the old one open and
 * appends; K kills of whoever removes or makes, at any step, and a power cut at any step, which keeps any part of what was not
 * synced. Who removes or makes has the byte of topics; a killed one's comes free. Afterwards somebody makes the topic once more.
 * settings/ is one word: 1 the old topic, 2 NAME.removed, 3 neither, 4 the new topic. block and seg: the control block and a segment
 * in the folder: 0 none, 1 the old topic's, 2 the new one's. c..: what processes see; d..: on the disk. A folder that was removed
 * takes all with it; with FOREIGN there is somebody's file in it, and it stays.
 * Checked: in the folder of the new topic lies nothing of the old one; a topic that is there after a cut is there with all its files.
 * Mutants: MARK_LATE NO_MARK NO_RENAME_SYNC SYNC_ONCE NO_TOPICS_SYNC FORGET_REMOVED NO_LEFTOVERS NO_FOLDER_SYNC (FOREIGN)
 * Head of lock.pml tells how. */
#ifndef K
#define K 1
#endif
byte cSet=1, cBlock=1, cSeg=1;
byte dSet=1, dBlock=1, dSeg=1;
bit folder=1, dFolder=1;                       /* the partition's folder, in topics/ */
bit mark;                                      /* in the old control block, which who has it open goes on seeing */
byte lock, topics;                             /* who has the old partition's lock; the byte of topics */
bit kill, cut;

inline sync_folder() { d_step { dBlock=cBlock; dSeg=cSeg } }
inline sync_topics() { d_step { dFolder=folder; if :: !folder -> dBlock=0; dSeg=0 :: else fi } }
inline remove() {                              /* settings say NAME.removed: may be run again */
#if !defined(NO_RENAME_SYNC) && !defined(SYNC_ONCE)
  dSet=cSet;                                   /* who renamed it may have been killed before his fsync */
#endif
  if
  :: cBlock==1 ->
#ifdef MARK_LATE
     cSeg=0;
#endif
#ifndef NO_MARK
     lock==0; lock=me; mark=1; lock=0;         /* whoever appends makes files: he ends first */
#endif
     cSeg=0;
     cBlock=0
  :: else -> skip                              /* a cut may have taken the block alone */
#ifndef NO_LEFTOVERS
     ; cSeg=0
#endif
  fi;
#ifdef FOREIGN
#ifndef NO_FOLDER_SYNC
  sync_folder();
#endif
#else
  d_step { if :: cBlock==0 && cSeg==0 -> folder=0 :: else fi };
#endif
#ifndef NO_TOPICS_SYNC
  sync_topics();
#endif
  cSet=3
}
inline make() {
  if
  :: cSet==3 ->
     d_step { folder=1; if :: cBlock==0 -> cBlock=2 :: else fi };   /* createUnlessThere */
     d_step { assert(cBlock==2 && cSeg!=1); cSet=4 };
     if :: cSeg==0 -> cSeg=2 :: else fi        /* the first append opens it, or makes it */
  :: else
  fi
}
proctype Removes() {
  byte me=1;
again:
  { topics==0; topics=1;
    if :: cSet==1 -> cSet=2
#ifdef SYNC_ONCE
       ; dSet=cSet
#endif
       :: else fi;
    if :: cSet==2 -> remove() :: else fi;
    topics=0
  } unless { cut || kill };
  skip;
  if :: kill && !cut -> kill=0; if :: topics==1 -> topics=0 :: else fi; if :: lock==1 -> lock=0 :: else fi :: else fi
}
proctype Makes(byte me) {                      /* finds the name free, or removed, and makes the topic */
  { (cSet!=1 && topics==0) -> topics=me;
#ifndef FORGET_REMOVED
    if :: cSet==2 -> remove() :: else fi;
#else
    if :: cSet==2 -> cSet=3 :: else fi;
#endif
    make();
    topics=0
  } unless { cut && me!=3 };
  skip
}
proctype Appends() {                           /* has the old topic open */
  { do
    :: lock==0 -> lock=9;
       if
       :: !mark && cSeg==0 -> cSeg=1           /* rolls: a file by its name */
       :: else
       fi;
       lock=0
    :: break
    od
  } unless { cut };
  skip
}
init {
  byte k;
  atomic { run Removes(); run Makes(2); run Appends() };
  do :: k<K && !kill -> k++; kill=1; (!kill || cut) :: break od;
  if
  :: cut=1; timeout;
     atomic {
       /* settings/ as it was at any moment since its last fsync; of the rest any part */
       do :: dSet<cSet -> dSet++ :: break od;
       if :: dFolder!=folder -> if :: dFolder=folder :: skip fi :: else fi;
       if :: dBlock!=cBlock -> if :: dBlock=cBlock :: skip fi :: else fi;
       if :: dSeg!=cSeg -> if :: dSeg=cSeg :: skip fi :: else fi;
       if :: !dFolder -> dBlock=0; dSeg=0 :: else fi;
       cSet=dSet; cBlock=dBlock; cSeg=dSeg; folder=dFolder; lock=0; topics=0; mark=0;
       assert(cSet!=1 || cBlock==1 && cSeg==1);             /* not removed: all of it is there */
       if :: cSet==4 -> assert(cBlock!=1 && cSeg!=1) :: else fi
     }
  :: skip
  fi;
  timeout;
  run Makes(3);                                /* somebody makes it, in the end */
  timeout;
  assert(cSet==1 || cSet==4);
  assert(cSet==1 || cBlock!=1 && cSeg!=1)     /* a cut may have taken the new block, which whoever opens it makes */
}
