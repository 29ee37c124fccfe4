#!/bin/bash
# A java for the peers of a tour. It does its mischief and then becomes the real one. Its directory has real (which JDK),
# mischief (what to do: change, truncate, flip or stall, and at which byte) and wire.pl.
# Arguments: … dev.naru.cli.Main tour-peer ROLE FILE LENGTH OUT IN
here=${0%/bin/java}
read -r real <"$here/real"
read -r what at <"$here/mischief"
in=${!#}
role=${*: -5:1}
file=${*: -4:1}

case $role-$what in
  send-change) printf '\377' | dd of="$file" bs=1 seek="$at" conv=notrunc status=none ;;
  send-truncate) truncate -s "$at" "$file" ;;
  receive-flip | receive-stall)
    # Between the sender and us comes another wire, from which we read instead.
    mkfifo "$here/wire"
    case $in in
      fd:*)
        perl "$here/wire.pl" "$what" "$at" "$here/stalled" <"/proc/self/fd/${in#fd:}" >"$here/wire" 3>&- 4<&- &
        eval "exec ${in#fd:}<&-"
        ;;
      fifo:*) perl "$here/wire.pl" "$what" "$at" "$here/stalled" <"${in#fifo:}" >"$here/wire" & ;;
      *) # shared memory has no wire
        rm "$here/wire"
        exec "$real/bin/java" "$@"
        ;;
    esac
    exec "$real/bin/java" "${@:1:$#-1}" "fifo:$here/wire"
    ;;
esac
exec "$real/bin/java" "$@"
