#!/usr/bin/env node
// An SMSC on loopback, made with the npm package `smpp`, which we did not write. A test starts it, reads
// its standard output (first "listening PORT", then one JSON object a line) and closes its standard input
// to end it. README.md beside this file lists the options and the events.
'use strict';

const { parseArgs } = require('node:util');
const smpp = require('smpp');

const { values: opt } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'system-id': { type: 'string' }, // refuse binds by any other name
    password: { type: 'string' }, // refuse binds with any other password
    receipt: { type: 'string', default: 'DELIVRD' }, // the state in receipts; "none" sends none
    'receipt-delay': { type: 'string', default: '0' }, // milliseconds after the answer
    'receipt-hex': { type: 'boolean', default: false }, // decimal id in the answer, hexadecimal in the receipt
    'no-tlv': { type: 'boolean', default: false }, // receipts without receipted_message_id, message_state
    marker: { type: 'string' }, // a submit whose text contains it makes the handset reply
    reply: { type: 'string', default: 'TD' }, // what the handset replies
    'throttle-every': { type: 'string', default: '0' }, // answer each Nth submit with ESME_RTHROTTLED
    'drop-after': { type: 'string', default: '0' }, // close the connection at the Nth submit, unanswered
    'mute-after': { type: 'string', default: '0' }, // take submits, but answer none from the Nth on
    quiet: { type: 'boolean', default: false }, // print only "listening" and the last line
  },
});
const number = (name) => {
  const n = Number(opt[name]);
  if (!Number.isInteger(n) || n < 0) {
    console.error(`smsc: --${name}: ${opt[name]} is not a count`);
    process.exit(2);
  }
  return n;
};
const port = number('port');
const receiptDelay = number('receipt-delay');
const throttleEvery = number('throttle-every');
const dropAfter = number('drop-after');
const muteAfter = number('mute-after');

// message_state of a receipt's stat: SMPP 3.4, 5.2.28 and appendix B.
const STATES = { ENROUTE: 1, DELIVRD: 2, EXPIRED: 3, DELETED: 4, UNDELIV: 5, ACCEPTD: 6, UNKNOWN: 7, REJECTD: 8 };
if (opt.receipt !== 'none' && !(opt.receipt in STATES)) {
  console.error(`smsc: --receipt: ${opt.receipt} is none of ${Object.keys(STATES).join(', ')}, none`);
  process.exit(2);
}

// The library decodes text and times in place. Keep what was on the wire too.
const decodeMessage = smpp.filters.message.decode;
smpp.filters.message.decode = function (value, skipUdh) {
  if (Buffer.isBuffer(value)) this.wire_hex = value.toString('hex');
  return decodeMessage.call(this, value, skipUdh);
};
smpp.filters.time.decode = (value) => value;

const count = { binds: 0, submits: 0, accepted: 0, refused: 0, receipts: 0, replies: 0 };
const print = (event, fields) => {
  if (!opt.quiet) process.stdout.write(JSON.stringify({ event, ...fields }) + '\n');
};

// What is to be delivered to each system_id, oldest first, until it answers. It outlives connections.
const pending = new Map();
const receivers = new Map(); // system_id → sessions that may receive

function deliver(systemID, item) {
  if (!pending.has(systemID)) pending.set(systemID, new Set());
  pending.get(systemID).add(item);
  const [session] = receivers.get(systemID) ?? [];
  if (session) push(session, systemID, item);
}

function push(session, systemID, item) {
  session.deliver_sm({ ...item.pdu }, (resp) => {
    pending.get(systemID).delete(item);
    if (item.event === 'receipt') count.receipts++;
    else count.replies++;
    print(item.event, { ...item.fields, status: resp.command_status });
  });
}

function stamp(t) { // YYMMDDhhmm, as in receipts
  const two = (n) => String(n).padStart(2, '0');
  return [t.getFullYear() % 100, t.getMonth() + 1, t.getDate(), t.getHours(), t.getMinutes()].map(two).join('');
}

function receipt(id, pdu, text) {
  const shown = opt['receipt-hex'] ? Number(id).toString(16) : id;
  const now = stamp(new Date());
  const delivered = opt.receipt === 'DELIVRD';
  const sample = text.replace(/[^\x20-\x7e]/g, '?').slice(0, 20);
  const body = `id:${shown} sub:001 dlvrd:${delivered ? '001' : '000'} submit date:${now} done date:${now} ` +
    `stat:${opt.receipt} err:${delivered ? '000' : '001'} text:${sample}`;
  const out = {
    source_addr: pdu.destination_addr, source_addr_ton: pdu.dest_addr_ton, source_addr_npi: pdu.dest_addr_npi,
    destination_addr: pdu.source_addr, dest_addr_ton: pdu.source_addr_ton, dest_addr_npi: pdu.source_addr_npi,
    esm_class: 0x04, // SMPP 3.4, 5.2.12: a delivery receipt
    data_coding: 0,
    short_message: Buffer.from(body, 'latin1'),
  };
  if (!opt['no-tlv']) {
    out.receipted_message_id = shown;
    out.message_state = STATES[opt.receipt];
  }
  return { event: 'receipt', fields: { id: shown, stat: opt.receipt, destination: pdu.destination_addr }, pdu: out };
}

function reply(pdu) {
  const out = {
    source_addr: pdu.destination_addr, source_addr_ton: pdu.dest_addr_ton, source_addr_npi: pdu.dest_addr_npi,
    destination_addr: pdu.source_addr, dest_addr_ton: pdu.source_addr_ton, dest_addr_npi: pdu.source_addr_npi,
    esm_class: 0,
  };
  // GSM 03.38's basic letters travel as they are in ASCII; all else as UCS-2.
  const plain = /^[A-Za-z0-9 .,;:!?'"()+\-\/=%&*<>\n\r]*$/.test(opt.reply);
  out.data_coding = plain ? 0 : 8;
  out.short_message = plain ? Buffer.from(opt.reply, 'latin1') : Buffer.from(opt.reply, 'utf16le').swap16();
  return { event: 'reply', fields: { source: pdu.destination_addr, text: opt.reply }, pdu: out };
}

let lastID = 1000000000; // decimal, so that hexadecimal receipts differ from it

function submit(session, systemID, pdu) {
  count.submits++;
  const body = pdu.message_payload ?? pdu.short_message ?? {};
  const text = typeof body.message === 'string' ? body.message : '';
  const fields = {
    sequence: pdu.sequence_number, source: pdu.source_addr, destination: pdu.destination_addr, text,
    udh: body.udh ? Buffer.concat(body.udh).toString('hex') : '', // elements, without their length byte
    hex: pdu.wire_hex ?? '', // short_message as it was on the wire
    data_coding: pdu.data_coding, esm_class: pdu.esm_class, registered_delivery: pdu.registered_delivery,
    validity_period: pdu.validity_period, schedule_delivery_time: pdu.schedule_delivery_time,
  };
  if (dropAfter && count.submits >= dropAfter) {
    print('dropped', fields);
    session.destroy();
    return;
  }
  if (muteAfter && count.submits >= muteAfter) {
    print('muted', fields);
    return;
  }
  if (throttleEvery && count.submits % throttleEvery === 0) {
    count.refused++;
    print('refused', { ...fields, status: smpp.ESME_RTHROTTLED });
    session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
    return;
  }
  const id = String(++lastID);
  count.accepted++;
  print('submit', { id, ...fields });
  session.send(pdu.response({ message_id: id }));
  // SMPP 3.4, 5.2.17: 1 asks for a receipt in any case, 2 for one when delivery failed.
  const asked = pdu.registered_delivery & 3;
  if (opt.receipt !== 'none' && (asked === 1 || (asked === 2 && opt.receipt !== 'DELIVRD'))) {
    setTimeout(() => deliver(systemID, receipt(id, pdu, text)), receiptDelay);
  }
  if (opt.marker && text.includes(opt.marker)) setTimeout(() => deliver(systemID, reply(pdu)), receiptDelay);
}

const server = smpp.createServer((session) => {
  let systemID = null;
  const bind = (kind) => (pdu) => {
    const fields = { kind, system_id: pdu.system_id, interface_version: pdu.interface_version };
    let status = smpp.ESME_ROK;
    if (systemID !== null) status = smpp.ESME_RALYBND;
    else if (opt['system-id'] !== undefined && pdu.system_id !== opt['system-id']) status = smpp.ESME_RINVSYSID;
    else if (opt.password !== undefined && pdu.password !== opt.password) status = smpp.ESME_RINVPASWD;
    print('bind', { ...fields, status });
    if (status !== smpp.ESME_ROK) {
      session.send(pdu.response({ command_status: status }));
      return;
    }
    count.binds++;
    systemID = pdu.system_id;
    session.send(pdu.response({ system_id: 'smsc.js', sc_interface_version: 0x34 }));
    if (kind !== 'transceiver' && kind !== 'receiver') return;
    if (!receivers.has(systemID)) receivers.set(systemID, new Set());
    receivers.get(systemID).add(session);
    for (const item of pending.get(systemID) ?? []) push(session, systemID, item);
  };
  session.on('bind_transceiver', bind('transceiver'));
  session.on('bind_transmitter', bind('transmitter'));
  session.on('bind_receiver', bind('receiver'));
  session.on('submit_sm', (pdu) => {
    if (systemID === null) session.send(pdu.response({ command_status: smpp.ESME_RINVBNDSTS }));
    else submit(session, systemID, pdu);
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    print('unbind', { system_id: systemID });
    session.send(pdu.response());
    session.close();
  });
  session.on('unknown', (pdu) => print('unknown', { command_id: pdu.command_id }));
  session.on('error', (err) => {
    print('error', { message: err.message });
    session.destroy();
  });
  session.on('close', () => {
    receivers.get(systemID)?.delete(session);
    print('closed', { system_id: systemID });
  });
});

function end() {
  const left = [...pending.values()].reduce((n, set) => n + set.size, 0);
  process.stdout.write(JSON.stringify({ event: 'end', ...count, pending: left }) + '\n');
  process.exit(0);
}

server.on('error', (err) => {
  console.error(`smsc: ${err.message}`);
  process.exit(4);
});
server.listen(port, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`));
process.stdin.resume();
process.stdin.on('end', end);
process.stdin.on('error', end);
process.on('SIGTERM', end);
process.on('SIGINT', end);
