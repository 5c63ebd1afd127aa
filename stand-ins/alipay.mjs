// A stand-in for Alipay's open gateway, 商家扣款: a program of its own, Node built-ins alone.
//
// It shares nothing with the connector but Alipay's public documents: its own RSA keys, its own
// idea of what a valid request is. It prints one line of JSON with its port and key, then serves
// until its standard input ends. Money is never real.
//
//   node stand-ins/alipay.mjs APP_PUBLIC_KEY.pem
//
// Standard output: {"port", "publicKey"}.
// POST /control {"next": FAULT, "code"?, "subCode"?} makes the next deduction go wrong;
// {"settle": {"number", "status"}} settles a waiting trade; {"page": url} opens a page of
// agreement as the rider's browser would; {"sign": code}, {"stop": code} and {"terminate": code}
// let the rider or Alipay change an agreement, and answer with the notification about it;
// {"nextRefund": FAULT} makes the next refund go wrong; {"duplicateBill": true} and {"bill":
// "torn-sum"} spoil the bill; {"callback": number} answers with headers and body of the
// notification about a trade, for the test to deliver, {"callbackAs": {…}} with other fields,
// {"skew": seconds} sent so far from now.

import { createSign, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const APP = '2021000000000001';
const SELLER = '2088000000000001';
const SCENE = 'INDUSTRY|BUS';

const appKey = readFileSync(process.argv[2], 'utf8');
const alipay = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

const trades = new Map();
const refunds = new Map();
const agreements = new Map();
const files = new Map();
let fault = null;
let nextRefund = null;
let duplicateBill = false;
let tornSum = false;
let numbers = 0;

const now = () => Math.floor(Date.now() / 1000);
const chinaTime = (seconds) =>
  new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 19).replace('T', ' ');
const number = () => {
  numbers += 1;
  return `20260101220014${String(numbers).padStart(14, '0')}`;
};
const cents = (yuan) => Number(yuan.replace('.', ''));
const yuan = (fen) =>
  `${fen < 0 ? '-' : ''}${Math.floor(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;

const signature = (text, key) => createSign('RSA-SHA256').update(text).sign(key.privateKey, 'base64');

/** Fields in the order of their names, as they are signed. */
const signedText = (fields, without) => [...fields]
  .filter(([name, value]) => !without.includes(name) && value !== '')
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([name, value]) => `${name}=${value}`).join('&');

/** A reply: the raw JSON of the answer is what is signed, slashes escaped as Alipay does. */
function answer(response, method, value, options = {}) {
  const raw = JSON.stringify(value).replaceAll('/', '\\/');
  const name = options.name ?? `${method.replaceAll('.', '_')}_response`;
  const signed = options.unsigned ? '' : `,"sign":"${signature(raw, options.stranger ? stranger : alipay)}"`;
  response.writeHead(200, { 'Content-Type': 'text/html;charset=utf-8' });
  response.end(`{"${name}":${raw}${signed}}`);
}

const success = (fields) => ({ code: '10000', msg: 'Success', ...fields });
const failed = (subCode, code = '40004') =>
  ({ code, msg: 'Business Failed', sub_code: subCode, sub_msg: subCode });

/** Why the fields of a call are not the app's, or null. */
function callFault(fields) {
  if (fields.get('app_id') !== APP) return 'isv.invalid-app-id';
  if (fields.get('charset') !== 'utf-8') return 'isv.invalid-charset';
  if (fields.get('format') !== 'JSON') return 'isv.invalid-format';
  if (fields.get('version') !== '1.0') return 'isv.invalid-version';
  if (fields.get('sign_type') !== 'RSA2') return 'isv.invalid-signature-type';
  const timestamp = fields.get('timestamp') ?? '';
  const at = Date.parse(`${timestamp.replace(' ', 'T')}+08:00`) / 1000;
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(timestamp) || Math.abs(at - now()) > 300) {
    return 'isv.invalid-timestamp';
  }
  const verifier = createVerify('RSA-SHA256').update(signedText(fields, ['sign']));
  return verifier.verify(appKey, fields.get('sign') ?? '', 'base64') ? null : 'isv.invalid-signature';
}

const text = (value, most) => typeof value === 'string' && value !== '' && [...value].length <= most;
const isAmount = (value) => /^(0|[1-9]\d{0,8})\.\d\d$/.test(value) && value !== '0.00';

/** Which field of a content is not as documented, or null. */
function contentFault(content, rules) {
  const strange = Object.keys(content).find((name) => !(name in rules));
  if (strange) return strange;
  return Object.keys(rules).find((name) => !rules[name](content[name])) ?? null;
}

const PAY = {
  out_trade_no: (value) => /^[0-9A-Za-z_]{1,64}$/.test(value),
  total_amount: isAmount,
  subject: (value) => text(value, 256) && !/[/=&]/.test(value),
  body: (value) => value === undefined || text(value, 128),
  product_code: (value) => value === 'GENERAL_WITHHOLDING',
  seller_id: (value) => value === SELLER,
  agreement_params: (value) => text(value?.agreement_no, 64),
};

/** A trade as replies and notifications show it. */
const shownTrade = ({ content, number: trade, status, paidAt }) => ({
  trade_no: trade,
  out_trade_no: content.out_trade_no,
  total_amount: content.total_amount,
  receipt_amount: content.total_amount,
  trade_status: status,
  ...(paidAt && { send_pay_date: chinaTime(paidAt) }),
});

function settle(trade, status) {
  trade.status = status;
  if (status === 'TRADE_SUCCESS') trade.paidAt = now();
}

function pay(response, method, content) {
  const wrong = contentFault(content, PAY);
  if (wrong) return answer(response, method, failed('ACQ.INVALID_PARAMETER'));
  const held = trades.get(content.out_trade_no);
  const same = held && JSON.stringify(held.content) === JSON.stringify(content);
  if (held && !same) return answer(response, method, failed('ACQ.CONTEXT_INCONSISTENT'));
  if (held?.status === 'TRADE_SUCCESS') {
    return answer(response, method, failed('ACQ.TRADE_HAS_SUCCESS'));
  }
  if (held?.status === 'TRADE_CLOSED') return answer(response, method, failed('ACQ.TRADE_HAS_CLOSE'));
  const agreement = [...agreements.values()]
    .find(({ number: own }) => own === content.agreement_params.agreement_no);
  if (!agreement) return answer(response, method, failed('ACQ.AGREEMENT_NOT_EXIST'));
  if (agreement.status === 'STOP') {
    return answer(response, method, failed('ACQ.AGREEMENT_STATUS_NOT_NORMAL'));
  }
  if (agreement.status !== 'NORMAL') return answer(response, method, failed('ACQ.AGREEMENT_INVALID'));

  const doing = fault ?? { next: 'success' };
  fault = null;
  if (doing.next === 'timeout-before') return response.destroy();
  if (doing.next === 'html') return html(response, 200);
  if (doing.next === 'code') return answer(response, method, failed(doing.subCode, doing.code));
  if (doing.next === 'gateway') {
    return answer(response, method, failed(doing.subCode, doing.code), { name: 'error_response', unsigned: true });
  }
  const trade = { content, number: number(), status: 'WAIT_BUYER_PAY' };
  trades.set(content.out_trade_no, trade);
  if (doing.next === 'paying') {
    return answer(response, method, { ...success(shownTrade(trade)), code: '10003' });
  }
  settle(trade, 'TRADE_SUCCESS');
  const { trade_status: _, ...paid } = shownTrade(trade);
  const told = success({ ...paid, gmt_payment: chinaTime(trade.paidAt) });
  switch (doing.next) {
    case 'timeout-after': return response.destroy();
    case 'html-after': return html(response, 502);
    case 'system-error-after': return answer(response, method, failed('aop.ACQ.SYSTEM_ERROR', '20000'));
    case 'unsigned': return answer(response, method, told, { unsigned: true });
    case 'stranger': return answer(response, method, told, { stranger: true });
    case 'other-order': return answer(response, method, { ...told, out_trade_no: '00002001_999_1' });
    case 'other-amount': return answer(response, method,
      { ...told, total_amount: yuan(cents(content.total_amount) + 1) });
    case 'other-currency': return answer(response, method, { ...told, trans_currency: 'HKD' });
    default: return answer(response, method, told);
  }
}

function html(response, status) {
  response.writeHead(status, { 'Content-Type': 'text/html' });
  response.end('<html><body>系统繁忙</body></html>');
}

function giveBack(response, method, content) {
  const wrong = contentFault(content, {
    trade_no: (value) => text(value, 64),
    out_trade_no: (value) => text(value, 64),
    out_request_no: (value) => text(value, 64),
    refund_amount: isAmount,
    refund_reason: (value) => value === undefined || text(value, 256),
  });
  if (wrong) return answer(response, method, failed('ACQ.INVALID_PARAMETER'));
  const trade = trades.get(content.out_trade_no);
  if (!trade || trade.number !== content.trade_no) {
    return answer(response, method, failed('ACQ.TRADE_NOT_EXIST'));
  }
  const given = () => [...refunds.values()].filter((refund) => refund.trade === trade)
    .reduce((sum, { content: { refund_amount: amount } }) => sum + cents(amount), 0);
  const told = (change) => success({
    trade_no: trade.number, out_trade_no: content.out_trade_no, fund_change: change, refund_fee: yuan(given()),
  });
  const held = refunds.get(content.out_request_no);
  if (held && held.content.refund_amount !== content.refund_amount) {
    return answer(response, method, failed('ACQ.DISCORDANT_REPEAT_REQUEST'));
  }
  if (held) return answer(response, method, told('N'));
  if (!trade.paidAt) return answer(response, method, failed('ACQ.TRADE_STATUS_ERROR'));
  if (given() + cents(content.refund_amount) > cents(trade.content.total_amount)) {
    return answer(response, method, failed('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL'));
  }
  const doing = nextRefund;
  nextRefund = null;
  if (doing === 'timeout-before') return response.destroy();
  if (doing?.startsWith('ACQ.')) return answer(response, method, failed(doing));
  refunds.set(content.out_request_no, { content, trade, at: now(), through: doing !== 'waiting' });
  if (given() === cents(trade.content.total_amount)) trade.status = 'TRADE_CLOSED';
  return doing === 'timeout-after' ? response.destroy() : answer(response, method, told('Y'));
}

function aboutRefund(response, method, content) {
  const refund = refunds.get(content.out_request_no);
  if (!refund) return answer(response, method, success({}));
  return answer(response, method, success({
    trade_no: refund.trade.number,
    out_trade_no: refund.trade.content.out_trade_no,
    out_request_no: content.out_request_no,
    total_amount: refund.trade.content.total_amount,
    refund_amount: refund.content.refund_amount,
    ...(refund.through && { refund_status: 'REFUND_SUCCESS' }),
  }));
}

/** The agreement a content names, by Alipay's number or by ours with product and scene. */
function named(content) {
  if (content.agreement_no) {
    return [...agreements.values()].find(({ number: own }) => own === content.agreement_no);
  }
  const right = content.personal_product_code === 'GENERAL_WITHHOLDING_P' && content.sign_scene === SCENE;
  return right ? agreements.get(content.external_agreement_no) : undefined;
}

const shownAgreement = ({ number: own, code, status }) => ({
  agreement_no: own, external_agreement_no: code, status, personal_product_code: 'GENERAL_WITHHOLDING_P',
  sign_scene: SCENE, principal_id: '2088000000000099',
});

function aboutAgreement(response, method, content) {
  const agreement = named(content);
  if (!agreement?.number || agreement.status === 'UNSIGN') {
    return answer(response, method, failed('USER_AGREEMENT_NOT_EXIST'));
  }
  return answer(response, method, success(shownAgreement(agreement)));
}

function unsign(response, method, content) {
  const agreement = named(content);
  if (!agreement?.number || agreement.status === 'UNSIGN') {
    return answer(response, method, failed('USER_AGREEMENT_NOT_EXIST'));
  }
  agreement.status = 'UNSIGN';
  return answer(response, method, success({}));
}

/** The rider's browser on the page of agreement. */
function openPage(url) {
  const fields = new URL(url).searchParams;
  const wrong = callFault(fields);
  if (wrong) return { refused: wrong };
  const content = JSON.parse(fields.get('biz_content'));
  const bad = fields.get('method') !== 'alipay.user.agreement.page.sign' ? 'method' : contentFault(content, {
    personal_product_code: (value) => value === 'GENERAL_WITHHOLDING_P',
    product_code: (value) => value === 'GENERAL_WITHHOLDING',
    sign_scene: (value) => value === SCENE,
    external_agreement_no: (value) => text(value, 32),
    external_logon_id: (value) => text(value, 100),
    access_params: (value) => ['QRCODE', 'QRCODEORSMS', 'ALIPAYAPP'].includes(value?.channel),
  });
  if (bad) return { refused: bad };
  agreements.set(content.external_agreement_no, { code: content.external_agreement_no, status: 'TEMP' });
  return { opened: content.external_agreement_no };
}

/** Headers and body of a notification. */
function notification(type, told, other = {}) {
  const fields = new Map(Object.entries({
    notify_time: chinaTime(now()), notify_type: type, notify_id: randomBytes(16).toString('hex'),
    app_id: APP, charset: 'utf-8', version: '1.0', ...told, ...other,
  }));
  fields.set('sign', signature(signedText(fields, ['sign', 'sign_type']), alipay));
  fields.set('sign_type', 'RSA2');
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return { headers, body: new URLSearchParams([...fields]).toString() };
}

function changeAgreement(code, status) {
  const agreement = agreements.get(code);
  agreement.status = status;
  agreement.number ??= `2026${number().slice(-16)}`;
  const type = status === 'UNSIGN' ? 'dut_user_unsign' : 'dut_user_sign';
  return notification(type, shownAgreement(agreement));
}

function tradeNotification({ callback: code, callbackAs, skew }) {
  const other = { notify_time: chinaTime(now() + (skew ?? 0)), ...callbackAs };
  const trade = trades.get(code);
  const { send_pay_date: paidAt, ...told } = shownTrade(trade);
  const paid = paidAt ? { gmt_payment: paidAt } : {};
  return notification('trade_status_sync', {
    ...told, seller_id: SELLER, subject: trade.content.subject, body: trade.content.body, ...paid,
  }, other);
}

const COLUMNS = '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,'
  + '对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,'
  + '券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注';

function billLine(trade, kind, amount, at, request) {
  const { content, number: own } = trade;
  return [`${own}\t`, `${content.out_trade_no}\t`, `${kind}     `, content.subject, chinaTime(at), chinaTime(at),
    '', '', '', '', 'a***@b', yuan(amount), yuan(amount), '0.00', '0.00', '0.00', '0.00', '0.00', '', '0.00',
    '0.00', request, '0.00', '0.00', content.body].join(',');
}

function bill(day) {
  const ofDay = (at) => at && chinaTime(at).startsWith(day);
  let paid = [...trades.values()].filter(({ paidAt }) => ofDay(paidAt));
  const back = [...refunds.values()].filter(({ at }) => ofDay(at));
  if (paid.length + back.length === 0) return null;
  if (duplicateBill) paid = paid.flatMap((trade) => [trade, trade]);
  const total = paid.reduce((sum, { content }) => sum + cents(content.total_amount), 0);
  const given = back.reduce((sum, { content }) => sum + cents(content.refund_amount), 0);
  const rule = '-'.repeat(40);
  return ['#支付宝业务明细查询', `#账号：[${SELLER}0156]`,
    `#起始日期：[${day} 00:00:00]   终止日期：[${day} 23:59:59]`, `#${rule}业务明细列表${rule}`, COLUMNS,
    ...paid.map((trade) => billLine(trade, '交易', cents(trade.content.total_amount), trade.paidAt, '')),
    ...back.map(({ trade, content, at }) =>
      billLine(trade, '退款', -cents(content.refund_amount), at, content.out_request_no)),
    `#${rule}业务明细列表结束${rule}`,
    `#交易合计：${paid.length}笔，商家实收共${yuan(tornSum ? total + 1 : total)}元，商家优惠共0.00元`,
    `#退款合计：${back.length}笔，商家实收退款共${yuan(-given)}元，商家优惠退款共0.00元`,
    `#导出时间：[${chinaTime(now())}]`, ''].join('\r\n');
}

/** Text in GBK, which Node reads but does not write. */
const gbk = (() => {
  const decoder = new TextDecoder('gbk');
  const codes = new Map();
  for (let high = 0x81; high <= 0xfe; high += 1) {
    for (let low = 0x40; low <= 0xfe; low += 1) {
      const one = decoder.decode(Uint8Array.of(high, low));
      if ([...one].length === 1 && one !== '\ufffd') codes.set(one, [high, low]);
    }
  }
  return (whole) => Buffer.from([...whole].flatMap((one) =>
    (one.codePointAt(0) < 0x80 ? [one.codePointAt(0)] : codes.get(one))));
})();

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ -1) >>> 0;
}

/** A ZIP of files that are stored as they are. */
function zip(entries) {
  const locals = [];
  const central = [];
  let offset = 0;
  for (const [name, bytes] of entries) {
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt32LE(crc32(bytes), 10);
    about.writeUInt32LE(bytes.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    about.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, name, bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), about, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function billAddress(response, method, content) {
  if (content.bill_type !== 'trade' || !/^\d{4}-\d\d-\d\d$/.test(content.bill_date)) {
    return answer(response, method, failed('isp.invalid-parameter', '40002'));
  }
  const text = bill(content.bill_date);
  if (!text) return answer(response, method, failed('isp.bill_not_exist'));
  const id = randomBytes(16).toString('hex');
  files.set(id, zip([[gbk('业务明细(汇总).csv'), gbk('#汇总\r\n')], [gbk('业务明细.csv'), gbk(text)]]));
  return answer(response, method,
    success({ bill_download_url: `http://dwbillcenter.alipay.com/downloadBillFile.resource?fileId=${id}` }));
}

function call(response, body) {
  const fields = new URLSearchParams(body);
  const method = fields.get('method') ?? '';
  const wrong = callFault(fields);
  if (wrong) return answer(response, method, failed(wrong, '40002'), { name: 'error_response' });
  const content = JSON.parse(fields.get('biz_content'));
  switch (method) {
    case 'alipay.trade.pay': return pay(response, method, content);
    case 'alipay.trade.query': {
      const trade = trades.get(content.out_trade_no);
      return answer(response, method, trade ? success(shownTrade(trade)) : failed('ACQ.TRADE_NOT_EXIST'));
    }
    case 'alipay.trade.refund': return giveBack(response, method, content);
    case 'alipay.trade.fastpay.refund.query': return aboutRefund(response, method, content);
    case 'alipay.user.agreement.query': return aboutAgreement(response, method, content);
    case 'alipay.user.agreement.unsign': return unsign(response, method, content);
    case 'alipay.data.dataservice.bill.downloadurl.query': return billAddress(response, method, content);
    default: return answer(response, method, failed('isv.invalid-method', '40002'), { name: 'error_response' });
  }
}

const standing = () => ({
  orders: [...trades.keys()],
  signings: [...agreements.values()].map(({ status }) => (status === 'UNSIGN' ? 'TERMINATED' : status)),
  refunds: Object.fromEntries([...refunds.entries()]
    .map(([own, { content }]) => [own, { amount: cents(content.refund_amount) }])),
});

function control(response, body) {
  const wish = JSON.parse(body);
  if (wish.next) fault = wish;
  if (wish.nextRefund) nextRefund = wish.nextRefund;
  if (wish.settle) settle(trades.get(wish.settle.number), wish.settle.status);
  if (wish.settleRefund) refunds.get(wish.settleRefund).through = true;
  if (wish.duplicateBill) duplicateBill = true;
  if (wish.bill === 'torn-sum') tornSum = true;
  const told = wish.page ? openPage(wish.page)
    : wish.sign ? changeAgreement(wish.sign, 'NORMAL')
      : wish.stop ? changeAgreement(wish.stop, 'STOP')
        : wish.terminate ? changeAgreement(wish.terminate, 'UNSIGN')
          : wish.callback ? tradeNotification(wish)
            : standing();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(told));
}

function route(request, response, body) {
  const url = new URL(request.url, 'http://stand-in');
  switch (`${request.method} ${url.pathname}`) {
    case 'POST /control': return control(response, body);
    case 'POST /gateway.do': return call(response, body);
    case 'GET /downloadBillFile.resource': {
      response.writeHead(200, { 'Content-Type': 'application/zip' });
      return response.end(files.get(url.searchParams.get('fileId')));
    }
    default: return html(response, 404);
  }
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    try {
      route(request, response, Buffer.concat(chunks).toString('utf8'));
    } catch (error) {
      response.writeHead(500);
      response.end(String(error.stack));
    }
  });
});

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({
    port: server.address().port,
    publicKey: alipay.publicKey.export({ type: 'spki', format: 'pem' }),
  }));
});
process.stdin.on('end', () => process.exit(0)).resume();
