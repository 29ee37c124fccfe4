# The far side of a byte stream, in a program that is not ours. A line on standard input is a command, and each gives one
# line on standard output; see Peer.java. It has one end that reads and one that writes.
use strict;
use warnings;
use Digest::SHA;
use Errno;
use Fcntl;
use Socket;

$| = 1;
$SIG{PIPE} = 'IGNORE'; # a write without a reader answers EPIPE
my %end;
my %alias = map { $_ => 1 } qw(EWOULDBLOCK EDEADLOCK ENOTSUP);

sub place { # tcp:PORT, @abstract or a path
    my ($text) = @_;
    return { family => AF_INET, address => pack_sockaddr_in("$1", INADDR_LOOPBACK) } if $text =~ /^tcp:(\d+)$/;
    return { family => AF_UNIX, address => pack_sockaddr_un($text =~ s/^@/\0/r) };
}

sub name { my ($error) = grep { $!{$_} && !$alias{$_} } keys %!; return $error // "errno " . ($! + 0) }

# As Payload.java: blocks of 4099 bytes, each its number and then bytes made from the seed.
sub payload {
    my ($seed, $length) = @_;
    my $body = join '', map { Digest::SHA::sha256("$seed:$_") } 0 .. 127;
    $body = substr $body, 0, 4091;
    return substr join('', map { pack('Q>', $_) . $body } 0 .. int($length / 4099)), 0, $length;
}

sub fetch { # at most so many bytes, fewer only at the end: what arrived, and the error that ended it
    my ($most, $take) = @_;
    my $count = 0;
    while ($count < $most) {
        my $got = sysread $end{read}, my $bytes, $most - $count < 262144 ? $most - $count : 262144;
        return ($count, name()) unless defined $got;
        last if $got == 0;
        $count += $got;
        $take->($bytes);
    }
    return ($count, undef);
}

sub digest {
    my ($word, $most) = @_;
    my $sha = Digest::SHA->new(256);
    my ($count, $error) = fetch($most, sub { $sha->add($_[0]) });
    return $error ? "error $error $count" : "$word $count " . $sha->hexdigest;
}

sub put { # all of it: how many bytes went, and the error that ended it
    my ($bytes) = @_;
    my $done = 0;
    while ($done < length $bytes) {
        my $put = syswrite $end{write}, $bytes, length($bytes) - $done, $done;
        return ($done, name()) unless defined $put;
        $done += $put;
    }
    return ($done, undef);
}

sub open_end {
    my ($way, $target, $flags) = @_;
    my $handle;
    if ($target =~ /^fd:(\d+)$/) {
        open($handle, ($way eq 'read' ? '<' : '>') . "&=$1") or return 'error ' . name();
    } else {
        sysopen($handle, $target, $flags) or return 'error ' . name();
    }
    $end{$way} = $handle;
    return 'ok';
}

sub records { # are all bytes of a record the same?
    my ($size) = @_;
    my $rest = '';
    my %seen;
    my $torn = 0;
    fetch(9e15, sub {
        $rest .= $_[0];
        while (length $rest >= $size) {
            my $record = substr $rest, 0, $size, '';
            my $tag = substr $record, 0, 1;
            $record eq $tag x $size ? $seen{$tag}++ : $torn++;
        }
    });
    return join ' ', 'records', (map { "$_=$seen{$_}" } sort keys %seen), "torn=$torn", 'rest=' . length $rest;
}

my %command = (
    'open-read' => sub { open_end('read', $_[0], O_RDONLY) },
    'open-write' => sub { open_end('write', $_[0], O_WRONLY) },
    'try-open-read' => sub { open_end('read', $_[0], O_RDONLY | O_NONBLOCK) },
    'try-open-write' => sub { open_end('write', $_[0], O_WRONLY | O_NONBLOCK) },
    'read' => sub { digest('read', $_[0]) },
    'read-to-end' => sub { digest('end', 9e15) },
    'read-records' => sub { records($_[0]) },
    'write' => sub { my ($n, $error) = put(payload($_[1], $_[0])); $error ? "error $error $n" : "wrote $n" },
    'write-records' => sub { # tag, how many, size: each by one write
        my ($tag, $count, $size) = @_;
        for (1 .. $count) { my ($n, $error) = put($tag x $size); return "error $error $n" if $error }
        return "wrote $count";
    },
    'echo' => sub { # how many, size
        my ($count, $size) = @_;
        for my $round (1 .. $count) {
            my $all = '';
            my ($n, $error) = fetch($size, sub { $all .= $_[0] });
            return "error " . ($error // 'end') . " $round" if $n < $size;
            ($n, $error) = put($all);
            return "error $error $round" if $error;
        }
        return "echoed $count";
    },
    'count' => sub { # writes numbers, 8 bytes each, for ever; the last one that went is on standard error's place: a file
        my ($file) = @_;
        open my $log, '+>', $file or return 'error ' . name();
        for (my $i = 1; ; $i++) {
            my ($n, $error) = put(pack 'Q>', $i);
            return "error $error $n" if $error;
            sysseek $log, 0, 0;
            syswrite $log, sprintf '%020d', $i;
        }
    },
    'listen' => sub { # the one that connects becomes both ends
        my $place = place($_[0] =~ s/^tcp$/tcp:0/r);
        socket($end{listener}, $place->{family}, SOCK_STREAM, 0) or return 'error ' . name();
        bind($end{listener}, $place->{address}) && listen($end{listener}, 5) or return 'error ' . name();
        return $_[0] eq 'tcp' ? 'port ' . (unpack_sockaddr_in(getsockname $end{listener}))[0] : 'ok';
    },
    'connect' => sub { # what it is connected to becomes both ends
        my $place = place($_[0]);
        socket($end{read}, $place->{family}, SOCK_STREAM, 0) or return 'error ' . name();
        connect($end{read}, $place->{address}) or return 'error ' . name();
        $end{write} = $end{read};
        return 'ok';
    },
    'accept' => sub {
        accept($end{read}, delete $end{listener}) or return 'error ' . name();
        $end{write} = $end{read};
        return 'ok';
    },
    'close' => sub { close delete $end{$_[0]}; 'ok' },
    'fds' => sub {
        opendir my $dir, '/proc/self/fd' or return 'error ' . name();
        my $own = fileno $dir;
        join ' ', 'fds', map { "$_=" . readlink "/proc/self/fd/$_" }
            sort { $a <=> $b } grep { /^\d+$/ && $_ != $own } readdir $dir;
    },
    'exit' => sub { exit $_[0] },
);

while (defined(my $line = <STDIN>)) {
    chomp $line;
    my ($name, @arguments) = split / /, $line;
    my $run = $command{$name};
    print $run ? $run->(@arguments) : "error no command $name", "\n";
}
