#!/usr/bin/perl
# An SMPP client made with Perl's Net::SMPP, which we did not write: it binds as a transceiver, submits
# messages, answers what is delivered to it, and ends when every accepted message has its receipt, or when
# its time is up. One JSON object a line on standard output; README.md beside this file lists them.
# Exit status: 0 all accepted and all receipts came, 1 not so, 2 usage, 4 no connection or bind.
use strict;
use warnings;
use Encode qw(encode decode);
use Getopt::Long;
use JSON::PP;
use Net::SMPP;
use Socket qw(SOL_SOCKET SO_RCVTIMEO);
use Time::HiRes qw(time);

my %opt = (
    'count' => 1, 'window' => 10, 'timeout' => 20, 'linger' => 0,
    'system-id' => 'perl', 'password' => 'secret', 'text' => 'Duly test', 'from' => '10690000', 'to' => '13800000000',
    'validity' => '',
);
GetOptions(\%opt, 'count=i', 'window=i', 'timeout=f', 'linger=f', 'system-id=s', 'password=s',
    'text=s', 'from=s', 'to=s', 'ucs2', 'no-receipts', 'validity=s') && @ARGV == 2
    or do { warn "usage: client.pl [--count N] [--window W] [--timeout S] [--linger S] [--text T] [--ucs2] "
        . "[--from A] [--to A] [--system-id S] [--password S] [--validity P] [--no-receipts] HOST PORT\n"; exit 2 };
my ($host, $port) = @ARGV;

$| = 1;
my $json = JSON::PP->new->canonical->utf8;
my $began = time;
my %n = (submitted => 0, accepted => 0, refused => 0, receipts => 0, replies => 0);
my %waiting;    # message id => 1, until its receipt
my %early;      # receipts that came before the answer that gave the id
my $flying = 0; # submits without an answer

sub say_event { my ($event, %f) = @_; print $json->encode({ event => $event, %f }), "\n" }

sub finish {
    my ($why, $status) = @_;
    say_event('done', %n, waiting => scalar(keys %waiting) + 0, unanswered => $flying, why => $why,
        seconds => sprintf('%.3f', time - $began) + 0);
    exit $status;
}

sub complete { $n{accepted} == $opt{count} && ($opt{'no-receipts'} || !%waiting) }

$SIG{PIPE} = sub { finish('connection closed', 1) };

# Net::SMPP clears alarm() at each read, so time is bounded by select() between packets and by the
# socket's own limit within one.
my $deadline = $began + $opt{timeout};
my $lingering = 0;
my $smpp = Net::SMPP->new_connect($host, port => $port, timeout => $opt{timeout},
    system_id => $opt{'system-id'}, password => $opt{password}, async => 0)
    or do { say_event('failed', message => 'no connection'); exit 4 };
setsockopt($smpp, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 5, 0));
my $resp = $smpp->bind_transceiver()
    or do { say_event('failed', message => 'no answer to the bind'); exit 4 };
say_event('bound', status => $resp->{status} + 0, system_id => $resp->{system_id} // '');
exit 4 if $resp->{status};

my ($body, $coding) = ($opt{text}, 0);
my $text = decode('UTF-8', $opt{text});
($body, $coding) = (encode('UTF-16BE', $text), 8) if $opt{ucs2};

sub submit_one {
    $smpp->submit_sm(async => 1, source_addr => $opt{from}, destination_addr => $opt{to},
        registered_delivery => $opt{'no-receipts'} ? 0 : 1, data_coding => $coding,
        validity_period => $opt{validity}, short_message => $body);
    $n{submitted}++;
    $flying++;
}

sub receipted {
    my ($id, $stat) = @_;
    $n{receipts}++;
    if (!delete $waiting{$id}) { $early{$id} = 1 }
}

sub delivered {
    my ($pdu) = @_;
    $smpp->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
    my $raw = $pdu->{short_message} // '';
    my $shown = $pdu->{data_coding} == 8 ? decode('UTF-16BE', $raw) : decode('latin1', $raw);
    my %f = (source => $pdu->{source_addr}, destination => $pdu->{destination_addr}, text => $shown,
        esm_class => $pdu->{esm_class} + 0, data_coding => $pdu->{data_coding} + 0);
    if (($pdu->{esm_class} & 0x3c) == 0x04) { # SMPP 3.4, 5.2.12
        my ($id) = $shown =~ /\bid:(\S+)/;
        my ($stat) = $shown =~ /\bstat:(\S+)/;
        receipted($id // '', $stat // '');
        say_event('receipt', %f, id => $id // '', stat => $stat // '');
    } else {
        $n{replies}++;
        say_event('reply', %f);
    }
}

sub answered {
    my ($pdu) = @_;
    $flying--;
    my $id = $pdu->{message_id} // '';
    if ($pdu->{status}) { $n{refused}++ }
    else {
        $n{accepted}++;
        $waiting{$id} = 1 unless $opt{'no-receipts'} || delete $early{$id};
    }
    say_event('answer', sequence => $pdu->{seq} + 0, id => $id, status => $pdu->{status} + 0);
}

while (1) {
    submit_one() while $n{submitted} < $opt{count} && $flying < $opt{window};
    if (!$lingering && $flying == 0 && $n{submitted} == $opt{count} && ($opt{'no-receipts'} || !%waiting)) {
        if ($n{accepted} == $opt{count} && $opt{linger} > 0) { $lingering = 1; $deadline = time + $opt{linger} }
        else { last }
    }
    my $left = $deadline - time;
    vec(my $ready = '', fileno($smpp), 1) = 1;
    if ($left <= 0 || !select($ready, undef, undef, $left)) {
        finish('timeout', 1) unless $lingering;
        last;
    }
    my $pdu = $smpp->read_pdu() or finish('connection closed', 1);
    my $cmd = $pdu->{cmd};
    if    ($cmd == Net::SMPP::CMD_submit_sm_resp)  { answered($pdu) }
    elsif ($cmd == Net::SMPP::CMD_deliver_sm)      { delivered($pdu) }
    elsif ($cmd == Net::SMPP::CMD_enquire_link)    { $smpp->enquire_link_resp(seq => $pdu->{seq}) }
    elsif ($cmd == Net::SMPP::CMD_unbind)          { $smpp->unbind_resp(seq => $pdu->{seq}); finish('unbound by peer', 1) }
    else                                           { say_event('unexpected', command => $cmd + 0, status => $pdu->{status} + 0) }
}
my $done = complete();
$smpp->unbind();
finish($done ? 'complete' : 'refused', $done ? 0 : 1);
