#!/bin/bash
# Runs every model (must pass) and every mutant (must fail). Needs spin and gcc; 20 minutes of CPU time, and for each core up to
# 1.2 GiB of memory.
# check.sh --short runs those marked + in the list, 3 minutes of CPU time: the locks, the event, the barrier, the ring, the broadcast
# ring and the keeper of a log on small bounds, and their mutants. ./naru test runs it.
# 'ends' = no cycle in the whole state space: every run, however unfair, comes to an end, where the final assertions look
# whether anybody is stuck or anything is lost. So no endless loop hides a lost wake-up.
# One line a run: verdict, model, macros, states stored, depth, memory, seconds. KEEP=1 keeps the work folder.
cd "$(dirname "$0")" || exit 2
src=$PWD; work=$(mktemp -d); [ -n "$KEEP" ] || trap 'rm -rf "$work"' EXIT
one() { # one NUMBER WANT MODEL MACROS...
  local n=$1 want=$2 m=$3; shift 3
  mkdir "$work/$n" && cd "$work/$n" || exit 2
  local t0=$(date +%s%N) got=BROKEN
  spin -a "$@" "$src/$m.pml" >spin.out 2>&1
  local mode=-DSAFETY run=-E; [ "$want" = ends ] && mode=-DNP run='-E -l'
  gcc -O2 -w $mode -DNOREDUCE -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=6000 -o pan pan.c >gcc.out 2>&1 && ./pan -m100000 $run >out 2>&1
  # a run counts only when it went through all states (pass), or when an assertion of the model broke (fail)
  if grep -q 'errors: 0' out 2>/dev/null && ! grep -qiE 'search not completed|too small|out of memory' out; then got=pass; fi
  [ "$got$want" = passends ] && got=ends
  if [ $got = BROKEN ] && grep -q 'assertion violated' out 2>/dev/null; then got=fail; fi
  local states=$(grep -oE '[0-9.e+]+ states, stored' out | cut -d' ' -f1) depth=$(grep -oE 'depth reached [0-9]+' out | cut -d' ' -f3)
  local mem=$(grep -oE '[0-9.]+.total actual memory' out | grep -oE '^[0-9]+')
  local ok=ok; [ "$got" = "$want" ] || ok=NOT
  printf '%-3s %-9s wanted %s got %-6s %-42s states %-11s depth %-5s %5s MiB %6.1f s\n' "$ok" "$m" "$want" "$got" "$*" "$states" "$depth" "$mem" "$(( ($(date +%s%N)-t0)/1000000 ))e-3" | tee "$work/$n.line"
  rm -rf "${work:?}/$n"
}
export -f one; export work src
only='^+\?'; [ "$1" = --short ] && only='^+'
runs=$(sed -n "s/ *#.*//; s/$only//p" <<'LIST'
pass wake    -DK=0 -DSL=0 -DUNLOCK_FIRST
pass lock    -DN=3 -DK=1 -DSL=1 -DNOREBIRTH
pass wake    -DK=1 -DSL=1 -DPUBS=2 -DUNLOCK_FIRST
pass wake    -DWITNESS -DPUBS=3
pass log     -DK=0 -DMSGS=4
pass keep    -DK=2 -DMSGS=3
pass keep    -DK=0 -DMSGS=4
pass keep    -DK=0 -DMSGS=3 -DREADER
+pass keep    -DK=1 -DMSGS=3
+pass remove  -DK=2
+pass remove  -DK=1 -DFOREIGN
pass log     -DK=1 -DMSGS=3
pass log     -DK=2 -DMSGS=2
pass log     -DK=0 -DMSGS=3 -DNO_END_BOUND
pass log     -DK=0 -DMSGS=3 -DNO_SEG_BOUND
+pass bell    -DK=0
+pass frame   -DK=1 -DMSGS=5
+pass sleepless -DK=0 -DMSGS=1
pass frame   -DK=0
pass frame   -DK=1
pass frame   -DK=2 -DMSGS=6
pass frame   -DK=0 -DCAP=7 -DB=4 -DMSGS=10    # padding in the middle of a batch
pass frame   -DK=0 -DTAP -DCAP=8 -DB=3 -DMSGS=5
pass frame   -DK=1 -DMSGS=5 -DSUM -DPAIR
pass sleepless -DK=0
pass sleepless -DK=1 -DMSGS=1
pass sleepless -DK=2 -DMSGS=1
pass bell    -DK=1 -DSL=1 -DM1=1
pass bell    -DK=2 -DSL=1 -DMSGS=1
pass bell    -DK=1 -DSL=0 -DM1=1 -DCAP=2 -DLASTOK
pass wake    -DK=0 -DSL=0
pass wake    -DK=1 -DSL=1 -DPUBS=2
pass wake    -DK=2 -DSL=1 -DPUBS=1
pass wake    -DK=1 -DSL=0 -DPUBS=2 -DLASTOK
pass wake    -DK=1 -DSL=0 -DPUBS=2 -DLASTOK -DUNLOCK_FIRST
pass wake    -DNO_READER_FENCE -DKERNEL_FENCE
+pass lock    -DN=2 -DK=2
+pass lock    -DN=3 -DK=0 -DSL=0
+pass waiters -DG=2
+pass waiters -DK=1 -DSL=1
pass waiters -DK=1 -DSL=1 -DTAKE_DROPS_W # costs each sleeper a slice, no more
+pass publish -DNC=2
pass publish -DNC=4 -DPUBS=5
pass init    -DK=2
+pass ring    -DK=2
pass ring    -DLOCKED -DSTOPS=0 -DK=2
pass group   -DK=2 -DMOVES=3
pass group   -DLEASE=0 -DSTOPS=0 -DK=2
pass queue   -DK=2
pass compact -DK=2
pass compact -DK=2 -DKAFKA
+pass rwlock  -DK=1
pass rwlock  -DK=0 -DSL=0
pass rwlock  -DK=2
+pass event   -DK=1
pass event   -DK=2
pass event   -DK=0 -DSL=0
+pass event   -DEVENT -DK=1
pass event   -DEVENT -DK=2
pass event   -DEVENT -DK=0 -DSL=0
+pass barrier -DK=1
pass barrier -DK=2
pass barrier -DK=1 -DLV=1
pass barrier -DK=0 -DSL=0 -DN=3
pass barrier -DK=1 -DNOREBIRTH
pass broadcast -DK=1
pass broadcast -DK=2 -DMSGS=3
+pass broadcast -DK=1 -DMSGS=3
ends lock    -DN=2 -DK=2
ends waiters -DG=2
ends wake    -DK=0 -DSL=0 -DPUBS=2
ends wake    -DK=1 -DSL=1 -DPUBS=1
ends log     -DK=1 -DMSGS=2
ends init    -DK=2
ends ring    -DK=1
ends ring    -DK=1 -DLOCKED -DSTOPS=0
ends group   -DK=2 -DMOVES=3
ends group   -DK=2 -DLEASE=0 -DSTOPS=0
ends queue   -DK=2
ends bell    -DK=1 -DSL=1 -DMSGS=1
ends frame   -DK=1 -DMSGS=4
ends sleepless -DK=0 -DMSGS=1
ends compact -DK=1
ends rwlock  -DK=1
ends event   -DK=1
ends event   -DEVENT -DK=1
ends barrier -DK=1
ends broadcast -DK=1 -DMSGS=3
+fail lock    -DN=2 -DSLOTS              # the draft: a claimer stopped between the lock and the increment
+fail lock    -DN=2 -DSLOTS -DNOINC
+fail lock    -DN=2 -DSTEAL
+fail lock    -DN=2 -DBLIND
+fail lock    -DN=2 -DNO_TAKEOVER
+fail lock    -DN=2 -DNO_REPAIR
+fail lock    -DN=2 -DLOSE_DIRTY
+fail lock    -DN=3 -DK=0 -DSL=0 -DDROP_WBIT
+fail lock    -DN=3 -DK=0 -DSL=0 -DPLAIN_UNLOCK
+fail lock    -DN=3 -DK=1 -DSL=0         # no slice
+fail waiters -DSELF_BLIND
+fail waiters -DFAST_DROPS_D
+fail waiters -DKEEP_QUEUE
+fail waiters -DNO_PASS_ON
+fail waiters -DK=1                      # no slice
fail publish -DFLIP_FIRST
fail publish -DDATA_LATE
fail publish -DPLAIN_FLIP
fail publish -DNO_STORE_FENCE
fail publish -DNO_RECHECK
fail publish -DNO_LOAD_FENCE
fail publish -DNO_ACQUIRE
fail publish -DTOO_OLD
fail publish -DNC=4 -DPUBS=5 -DTOO_OLD
fail publish -DONE_COPY
fail wake    -DFLAG                     # the draft, no death at all
fail wake    -DCOUNT -DWITNESS
fail wake    -DPLAIN_ARM
fail wake    -DSTALE_V
fail wake    -DNO_READER_FENCE
fail wake    -DNO_PUB_FENCE
fail wake    -DNO_WAKE
fail wake    -DK=1 -DSL=0 -DPUBS=2      # no slice
fail wake    -DK=1 -DSL=0 -DPUBS=2 -DLASTOK -DWOKEN_FIRST
fail log     -DMSGS=3 -DPUBLISH_FIRST
fail log     -DMSGS=3 -DTWO_WORDS
fail log     -DSTALE_CACHE
fail log     -DMSGS=3 -DANSWER_EARLY
fail log     -DMSGS=3 -DNO_SEAL
fail log     -DMSGS=3 -DSEAL_LATE
fail log     -DMSGS=3 -DRESV_LOCAL
fail log     -DMSGS=3 -DREADER_LISTS
fail log     -DMSGS=3 -DLIST_BLIND
fail log     -DUNLINK_FIRST
fail log     -DMSGS=3 -DREUSE_DIRTY
fail log     -DMSGS=3 -DKEEP_SIZE
fail log     -DMSGS=3 -DREAD_AHEAD
fail log     -DMSGS=3 -DNO_SEALED_BIT   # a roll half done looks like a full extent
fail log     -DMSGS=3 -DEXT_FLIP_FIRST
fail log     -DMSGS=3 -DCUT_NO_FLIP
fail log     -DMSGS=2 -DCUT_FIRST
+fail keep    -DMSGS=3 -DPOINT_FIRST
+fail keep    -DMSGS=3 -DFLUSHED_FIRST
+fail keep    -DMSGS=3 -DONE_SLOT
+fail keep    -DMSGS=3 -DNO_NAMES
+fail keep    -DMSGS=3 -DNO_MSYNC
+fail keep    -DMSGS=3 -DSTART_FIRST
+fail keep    -DMSGS=3 -DNO_FLUSH_FIRST
+fail keep    -DMSGS=3 -DNO_SYNC_AFTER_DEATH # both slots stored, and neither on the disk
+fail keep    -DMSGS=3 -DREADER -DK=0 -DUNLINK_FIRST
+fail remove  -DMARK_LATE
+fail remove  -DNO_MARK
+fail remove  -DNO_RENAME_SYNC
+fail remove  -DSYNC_ONCE               # killed between the rename and its fsync; another one unlinks
+fail remove  -DNO_TOPICS_SYNC
+fail remove  -DFORGET_REMOVED
+fail remove  -DNO_LEFTOVERS            # the cut has taken the control block, and left a segment
+fail remove  -DFOREIGN -DNO_FOLDER_SYNC
+fail bell    -DNO_RECHECK
+fail bell    -DNO_BELL
+fail bell    -DBELL_LATE
+fail bell    -DBELL_PLAIN
+fail bell    -DNO_PROD_FENCE
+fail bell    -DNO_CONS_FENCE
+fail bell    -DNO_ROOM_FENCE
+fail bell    -DNO_HEAD_FENCE
+fail bell    -DONE_WOKEN
+fail bell    -DK=1 -DSL=0 -DM1=1        # no slice
+fail bell    -DK=1 -DSL=0 -DM1=1 -DCAP=2 -DLASTOK -DWOKEN_FIRST
+fail frame   -DMSGS=6 -DNO_ZERO
+fail frame   -DMSGS=6 -DZERO_LATE
+fail frame   -DMSGS=6 -DROOM_EXACT
+fail frame   -DMSGS=6 -DNO_WALK
+fail frame   -DMSGS=6 -DFIRST_EARLY
+fail frame   -DMSGS=6 -DPAD_EARLY
+fail frame   -DMSGS=6 -DHEAD_FIRST
+fail frame   -DMSGS=6 -DTAIL_LAZY        # the end can not be found once the lane has come round to the tail
fail frame   -DMSGS=6 -DSUM              # the count of messages, not the messages
fail frame   -DTAP -DCAP=8 -DB=3 -DMSGS=5 -DTAP_BLIND
+fail sleepless -DK=0 -DMSGS=1 -DNO_BARRIER
+fail sleepless -DK=0 -DMSGS=1 -DCALL_FIRST
+fail sleepless -DK=0 -DMSGS=1 -DSKIPS_AT_TWO
+fail sleepless -DK=0 -DMSGS=1 -DSLEEPS_ANYWAY
fail sleepless -DK=0 -DOLD_BARRIER
fail sleepless -DK=0 -DNO_LAST_LOOK
+fail sleepless -DK=1 -DMSGS=1 -DNO_TAKEOVER
+fail sleepless -DK=1 -DMSGS=1 -DNO_TWO  # the one before was killed while it owed a barrier
fail compact -DFLIP_FIRST               # the draft: generation raised before the rename
fail compact -DFLIP_LATE
fail compact -DDELETE_FIRST
fail compact -DNO_GEN
fail compact -DGEN_BEFORE
fail compact -DENOENT_DAMAGE
fail compact -DKEEP_ALL
+fail rwlock  -DCOUNT
fail rwlock  -DNO_WAIT
fail rwlock  -DNO_REPAIR
+fail rwlock  -DNO_FENCE
fail rwlock  -DNO_LOOK
+fail rwlock  -DBESIDE
+fail rwlock  -DGIVE_UP_CLEAN
fail rwlock  -DK=0 -DSL=0 -DPLAIN_LEAVE
fail rwlock  -DK=1 -DSL=0              # no slice
+fail event   -DK=0 -DARM_LATE
+fail event   -DWAKE_ONLY
fail event   -DK=0 -DSL=0 -DDROP_W
+fail event   -DBLIND
fail event   -DK=1 -DSL=0              # no slice
+fail event   -DEVENT -DK=0 -DNO_NUMBER
fail event   -DEVENT -DK=0 -DSL=0 -DLOAD_STORE
fail event   -DEVENT -DK=1 -DSL=0      # no slice
+fail barrier -DARRIVES_BROKEN
fail barrier -DK=2 -DB_FIRST
+fail barrier -DNO_ROWS
+fail barrier -DK=2 -DOVERWRITE
fail barrier -DNOREBIRTH -DNO_DEATH
+fail barrier -DNOREBIRTH -DNO_SETTLE
fail barrier -DK=1 -DSL=0              # no slice
+fail broadcast -DCOUNT
+fail broadcast -DNO_INTENT
+fail broadcast -DNO_RECHECK
+fail broadcast -DNO_STORE_FENCE
+fail broadcast -DNO_LOAD_FENCE
+fail broadcast -DPLAIN_TAIL
+fail broadcast -DCOMMIT_FIRST
+fail broadcast -DINTENT_BACK
fail init    -DIN_PLACE
fail init    -DWAIT_MAGIC
fail init    -DRENAME
fail init    -DBOOT_FIRST
+fail ring    -DHEAD_FIRST
+fail ring    -DCOMMIT_FIRST
+fail ring    -DLOCKED -DSTOPS=0 -DCOMMIT_FIRST
+fail ring    -DCAS -DSTOPS=0            # a claim whose producer was killed blocks all
+fail ring    -DCAS -DUNBLOCK -DSTOPS=0  # the unblock scan drops a living, slow producer's message
+fail ring    -DLOCKED                   # a stopped owner blocks the other producers
fail group   -DNO_FENCE
fail group   -DNO_GEN
fail group   -DNO_ACK -DLEASE=0 -DSTOPS=0
fail group   -DCOMMIT_EARLY
fail group   -DNO_DEATH
fail group   -DLEASE=0                  # a stopped member, no lease
fail queue   -DNO_TAG
fail queue   -DCOUNT_AFTER
fail queue   -DTWO_STORES
fail queue   -DACK_ANY
fail queue   -DACK_FIRST
fail queue   -DNO_DEATH
fail queue   -DBASE_BLIND
fail queue   -DNO_REPAIR
LIST
)
nl <<<"$runs" | xargs -P "$(nproc)" -L 1 bash -c 'one "$@"' _
total=$(wc -l <<<"$runs"); good=$(cat "$work"/*.line | grep -c '^ok ')
echo "$good passed, $((total-good)) failed"
[ "$good" -eq "$total" ]
