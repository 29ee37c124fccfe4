# Passes bytes on. "flip": one bit of the byte at that place changes. "stall": at that place it stops, makes the file that
# is named, and waits until its parent, the receiver, is gone.
use strict;
use warnings;

my ($what, $at, $stalled) = @ARGV;
my $parent = getppid;
my $seen = 0;
while (my $count = sysread STDIN, my $bytes, 65536) {
    if ($what eq 'flip' && $seen <= $at && $at < $seen + $count) {
        substr($bytes, $at - $seen, 1) ^= "\x01";
    }
    if ($what eq 'stall' && $at < $seen + $count) {
        open my $mark, '>', $stalled or die;
        select undef, undef, undef, 0.01 while getppid == $parent;
        exit;
    }
    $seen += $count;
    for (my $done = 0; $done < $count;) {
        my $put = syswrite STDOUT, $bytes, $count - $done, $done;
        exit unless defined $put;
        $done += $put;
    }
}
