// A stand-in for WeChat Pay API v3 刷码乘车: a program of its own, Node built-ins alone.
//
// It shares nothing with the connector but WeChat Pay's public documents: its own RSA keys, its
// own idea of what a valid request is. It prints one line of JSON with its port and keys, then
// serves until its standard input ends. Money is never real.
//
//   node stand-ins/wechatpay.mjs MERCHANT_PUBLIC_KEY.pem
//
// Standard output: {"port", "serial", "publicKey", "apiv3Key"}.
// POST /control {"next": FAULT, "code"?} makes the next deduction go wrong; POST /control
// {"settle": {"number", "state", "repay"?}} settles an accepted order late; {"copiesInBill": count}
// writes each bill line so often; {"bill": "other-merchant"} puts a stranger's line in the bill;
// {"contract": {"id", "state", "reason"?}} changes a contract; {"sign": code} and {"terminate": code}
// let the rider sign or end a contract on WeChat's pages, and answer with the callback about it;
// {"nextRefund": STATUS or CODE} makes the next refund stand so or be refused so;
// {"refundCallback": number} answers with the callback about a refund;
// {"callback": number} answers with headers and body of the callback about an order, for the test
// to deliver, {"callbackAs": {…}} with other fields, {"skew": seconds} signed so far from now.

import { createHash, createCipheriv, createVerify, createSign, generateKeyPairSync, randomBytes }
  from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const APP = 'wxcbda96de0b165486';
const MERCHANT = '1900000109';
const SUB_MERCHANT = '1900000110';
const MERCHANT_SERIAL = '3775B6A45ACD588826D15E583A95F5DD';
const PLAN = 12535;
const SERIAL = 'PUB_KEY_ID_0119000001092026';
const API_V3_KEY = randomBytes(16).toString('hex');

const merchantKey = readFileSync(process.argv[2], 'utf8');
const platform = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

const orders = new Map();
const contracts = new Map([
  ['W1', { state: 'NORMAL' }],
  ['W2', { state: 'NORMAL' }],
]);
const refunds = new Map();
const signings = new Map();
const nonces = new Set();
const bills = new Map();
let fault = null;
let copies = 1;
let strangerInBill = false;
let transactions = 0;

function chinaTime(seconds) {
  return new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 19);
}

const now = () => Math.floor(Date.now() / 1000);

function signed(body, options = {}) {
  const timestamp = String(now() + (options.skew ?? 0));
  const nonce = randomBytes(16).toString('hex');
  const key = options.stranger ? stranger.privateKey : platform.privateKey;
  const signer = createSign('RSA-SHA256').update(`${timestamp}\n${nonce}\n${body}\n`);
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': options.serial ?? SERIAL,
    'Wechatpay-Signature': signer.sign(key, 'base64'),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  };
}

function answer(response, status, value, options = {}) {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  const headers = options.unsigned ? {} : signed(body, options);
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
  response.end(body);
}

const refuse = (response, status, code, options) =>
  answer(response, status, { code, message: code }, options);

/** Why a request's signature is not the merchant's, or null. */
function signatureFault(request, body) {
  const [scheme, list] = (request.headers.authorization ?? '').split(/ (.*)/s);
  if (scheme !== 'WECHATPAY2-SHA256-RSA2048') return 'scheme';
  const fields = new Map();
  for (const part of list.split(',')) {
    const found = /^([a-z_]+)="([^"]*)"$/.exec(part);
    if (!found || fields.has(found[1])) return 'fields';
    fields.set(found[1], found[2]);
  }
  if ([...fields.keys()].sort().join() !== 'mchid,nonce_str,serial_no,signature,timestamp') {
    return 'fields';
  }
  if (fields.get('mchid') !== MERCHANT) return 'mchid';
  if (fields.get('serial_no') !== MERCHANT_SERIAL) return 'serial_no';
  const timestamp = fields.get('timestamp');
  if (!/^\d{10}$/.test(timestamp) || Math.abs(Number(timestamp) - now()) > 300) return 'timestamp';
  const nonce = fields.get('nonce_str');
  if (!/^[0-9A-Za-z]{1,32}$/.test(nonce) || nonces.has(nonce)) return 'nonce_str';
  const text = `${request.method}\n${request.url}\n${timestamp}\n${nonce}\n${body}\n`;
  const verifier = createVerify('RSA-SHA256').update(text);
  if (!verifier.verify(merchantKey, fields.get('signature'), 'base64')) return 'signature';
  nonces.add(nonce);
  return null;
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/;
const text = (value, bytes) =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= bytes;

/** Which field of a deduction is not as documented, or null. */
function orderFault(order) {
  const known = ['appid', 'sub_mchid', 'description', 'attach', 'out_trade_no', 'trade_scene',
    'contract_id', 'notify_url', 'amount', 'bus_info', 'metro_info'];
  const strange = Object.keys(order).find((key) => !known.includes(key));
  if (strange) return strange;
  if (order.appid !== APP) return 'appid';
  if (order.sub_mchid !== SUB_MERCHANT) return 'sub_mchid';
  if (!text(order.description, 128)) return 'description';
  if (order.attach !== undefined && !text(order.attach, 128)) return 'attach';
  if (!/^[0-9A-Za-z]{1,32}$/.test(order.out_trade_no)) return 'out_trade_no';
  if (!text(order.contract_id, 64)) return 'contract_id';
  if (!/^https:\/\/[^?]{1,240}$/.test(order.notify_url)) return 'notify_url';
  const { total, currency } = order.amount ?? {};
  if (!Number.isInteger(total) || total < 1 || currency !== 'CNY') return 'amount';
  const { bus_info: bus, metro_info: metro } = order;
  if (order.trade_scene === 'BUS') {
    if (metro || !RFC3339.test(bus?.start_time)) return 'bus_info';
  } else if (order.trade_scene === 'METRO') {
    if (bus || !RFC3339.test(metro?.start_time)) return 'metro_info';
    if (metro.end_time !== undefined && !RFC3339.test(metro.end_time)) return 'end_time';
  } else {
    return 'trade_scene';
  }
  return null;
}

/** An order as replies and callbacks show it. */
function shown({ request, state, transaction, bank, repay, at }) {
  return {
    appid: request.appid,
    sp_mchid: MERCHANT,
    sub_mchid: request.sub_mchid,
    description: request.description,
    create_time: `${chinaTime(at)}+08:00`,
    out_trade_no: request.out_trade_no,
    ...(transaction && { transaction_id: transaction, success_time: `${chinaTime(at)}+08:00` }),
    trade_state: state,
    ...(bank && { bank_type: bank }),
    ...(repay && { user_repay_state: repay }),
    attach: request.attach,
    contract_id: request.contract_id,
    trade_scene: request.trade_scene,
    amount: { ...request.amount, payer_total: request.amount.total },
  };
}

function settle(order, state, repay) {
  order.state = state;
  order.at = now();
  if (state === 'SUCCESS') {
    transactions += 1;
    order.transaction = `42000000${String(transactions).padStart(20, '0')}`;
    order.bank = repay ? 'BPA' : 'CMC';
    order.repay = repay;
  }
}

function deduct(request, response, body) {
  const ordered = JSON.parse(body);
  const wrong = orderFault(ordered);
  if (wrong) {
    const detail = { field: `/body/${wrong}`, issue: 'not as documented', location: 'body' };
    return answer(response, 400, { code: 'PARAM_ERROR', message: wrong, detail });
  }
  const held = orders.get(ordered.out_trade_no);
  if (held && held.body !== body) return refuse(response, 400, 'INVALID_REQUEST');
  if (held) return answer(response, 200, shown(held));
  const contract = contracts.get(ordered.contract_id);
  if (!contract) return refuse(response, 400, 'CONTRACT_NOT_EXIST');
  if (contract.state !== 'NORMAL') return refuse(response, 403, 'ACCOUNT_ERROR');

  const doing = fault ?? { next: 'success' };
  fault = null;
  if (doing.next === 'timeout-before') return response.destroy();
  if (doing.next === 'html') {
    return answer(response, 200, '<html>系统繁忙</html>', { unsigned: true });
  }
  if (doing.next === 'code') return refuse(response, doing.status ?? 403, doing.code);
  const order = { request: ordered, body, at: now(), state: 'ACCEPTED' };
  orders.set(ordered.out_trade_no, order);
  if (doing.next === 'accepted') return answer(response, 200, shown(order));
  settle(order, doing.next === 'pay-fail' ? 'PAY_FAIL' : 'SUCCESS',
    doing.next === 'advance' ? 'NOT_REPAY' : undefined);
  switch (doing.next) {
    case 'timeout-after': return response.destroy();
    case 'unsigned': return answer(response, 200, shown(order), { unsigned: true });
    case 'stranger': return answer(response, 200, shown(order), { stranger: true });
    case 'serial': return answer(response, 200, shown(order), { serial: 'PUB_KEY_ID_9' });
    case 'stale': return answer(response, 200, shown(order), { skew: -400 });
    case 'other-merchant': return answer(response, 200, { ...shown(order), sp_mchid: '1900000209' });
    case 'other-amount': return answer(response, 200,
      { ...shown(order), amount: { total: ordered.amount.total + 1, currency: 'CNY' } });
    case 'other-currency': return answer(response, 200,
      { ...shown(order), amount: { total: ordered.amount.total, currency: 'HKD' } });
    case 'html-after': return answer(response, 502, '<html>Bad Gateway</html>', { unsigned: true });
    case 'system-error-after': return refuse(response, 500, 'SYSTEM_ERROR');
    default: return answer(response, 200, shown(order));
  }
}

const BILL_COLUMNS = '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,'
  + '交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,商品名称,商户数据包,手续费,费率,'
  + '订单金额,费率备注';

function bill(day) {
  const yuan = (fen) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
  let paid = [...orders.values()].filter(({ state, at }) =>
    state === 'SUCCESS' && chinaTime(at).startsWith(day));
  if (paid.length === 0) return null;
  paid = paid.flatMap((order) => Array(copies).fill(order));
  const lines = paid.map(({ request, transaction, bank, at }) => [
    chinaTime(at).replace('T', ' '), request.appid, MERCHANT,
    strangerInBill ? '1900000999' : request.sub_mchid, '', transaction, request.out_trade_no, 'o1',
    'PAP', 'SUCCESS', bank, 'CNY', yuan(request.amount.total), '0.00', request.description,
    request.attach, '0.00000', '0.60%', yuan(request.amount.total), '',
  ].map((field) => `\`${field}`).join(','));
  const total = yuan(paid.reduce((sum, { request }) => sum + request.amount.total, 0));
  return `\ufeff${BILL_COLUMNS}\r\n${lines.join('\r\n')}\r\n`
    + `总交易单数,应结订单总金额,手续费总金额,订单总金额\r\n`
    + `\`${paid.length},\`${total},\`0.00,\`${total}\r\n`;
}

function billTicket(response, query) {
  const day = query.get('bill_date');
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || query.get('bill_type') !== 'SUCCESS'
    || query.get('sub_mchid') !== SUB_MERCHANT) {
    return refuse(response, 400, 'PARAM_ERROR');
  }
  const file = bill(day);
  if (!file) return refuse(response, 400, 'NO_STATEMENT_EXIST');
  const token = randomBytes(16).toString('hex');
  bills.set(token, file);
  return answer(response, 200, {
    hash_type: 'SHA1',
    hash_value: createHash('sha1').update(file).digest('hex'),
    download_url: `https://api.mch.weixin.qq.com/v3/billdownload/file?token=${token}`,
  });
}

/** Which field of a contract to sign is not as documented, or null. */
function signingFault(asked) {
  const known = ['sign_scene', 'appid', 'sub_mchid', 'plan_id', 'out_contract_code',
    'contract_display_account', 'contract_notify_url', 'out_user_code', 'return_url'];
  const strange = Object.keys(asked).find((key) => !known.includes(key));
  if (strange) return strange;
  if (asked.sign_scene !== 'SIGN_SCENE_QRCODE') return 'sign_scene';
  if (asked.appid !== APP) return 'appid';
  if (asked.sub_mchid !== SUB_MERCHANT) return 'sub_mchid';
  if (asked.plan_id !== PLAN) return 'plan_id';
  if (!/^[0-9A-Za-z_-]{1,32}$/.test(asked.out_contract_code)) return 'out_contract_code';
  if (!text(asked.contract_display_account, 32)) return 'contract_display_account';
  if (!/^https:\/\/[^?]{1,240}$/.test(asked.contract_notify_url)) return 'contract_notify_url';
  if (!text(asked.out_user_code, 32)) return 'out_user_code';
  return null;
}

function openSigning(response, body) {
  const asked = JSON.parse(body);
  const wrong = signingFault(asked);
  if (wrong) return refuse(response, 400, 'PARAM_ERROR');
  const held = signings.get(asked.out_contract_code);
  if (held?.state === 'SIGNED') return refuse(response, 400, 'CONTRACT_EXISTED');
  signings.set(asked.out_contract_code, { asked, state: 'WAITING' });
  const session = randomBytes(16).toString('hex');
  return answer(response, 200,
    { redirect_url: `https://payapp.weixin.qq.com/papay/sign?session=${session}` });
}

/** A signing as replies and callbacks show it. */
const shownSigning = ({ asked, state, contract }) => ({
  mchid: MERCHANT,
  sub_mchid: asked.sub_mchid,
  appid: asked.appid,
  plan_id: asked.plan_id,
  out_contract_code: asked.out_contract_code,
  contract_id: contract,
  contract_state: state,
  openid: 'o1',
});

function sign(code) {
  const signing = signings.get(code);
  signing.state = 'SIGNED';
  signing.contract = `C${code}`;
  contracts.set(signing.contract, { state: 'NORMAL' });
  return callback('PAPAY.SIGN', shownSigning(signing), 'papay');
}

function terminate(code) {
  const signing = signings.get(code);
  signing.state = 'TERMINATED';
  contracts.set(signing.contract, { state: 'BLOCKED', reason: 'DELETED' });
  return callback('PAPAY.TERMINATE', shownSigning(signing), 'papay');
}

/** Requests about a signed contract by our code. */
function aboutSigning(request, response, url) {
  const found = /^\/v3\/papay\/sign\/contracts\/plan-id\/(\d+)\/out-contract-code\/([^/]+)(\/terminate)?$/
    .exec(url.pathname);
  if (!found || Number(found[1]) !== PLAN) return refuse(response, 400, 'PARAM_ERROR');
  const signing = signings.get(found[2]);
  if (!signing?.contract) return refuse(response, 404, 'RESOURCE_NOT_EXISTS');
  if (!found[3]) return answer(response, 200, shownSigning(signing));
  if (signing.state === 'TERMINATED') return refuse(response, 404, 'CONTRACT_NOT_EXIST');
  terminate(found[2]);
  return answer(response, 204, '');
}

let nextRefund = 'SUCCESS';

/** Which field of a refund is not as documented, or null. */
function refundFault(asked) {
  const known = ['sub_mchid', 'transaction_id', 'out_refund_no', 'reason', 'notify_url', 'amount'];
  const strange = Object.keys(asked).find((key) => !known.includes(key));
  if (strange) return strange;
  if (asked.sub_mchid !== SUB_MERCHANT) return 'sub_mchid';
  if (!/^[0-9A-Za-z_\-|*@]{1,64}$/.test(asked.out_refund_no)) return 'out_refund_no';
  if (asked.reason !== undefined && !text(asked.reason, 80)) return 'reason';
  if (!/^https:\/\/[^?]{1,240}$/.test(asked.notify_url)) return 'notify_url';
  const { refund, total, currency } = asked.amount ?? {};
  const whole = (amount) => Number.isInteger(amount) && amount > 0;
  return whole(refund) && whole(total) && currency === 'CNY' ? null : 'amount';
}

/** A refund as replies show it. */
const shownRefund = ({ asked, order, status, number }) => ({
  refund_id: `50300000${number}`,
  out_refund_no: asked.out_refund_no,
  transaction_id: order.transaction,
  out_trade_no: order.request.out_trade_no,
  channel: 'ORIGINAL',
  status,
  amount: { ...asked.amount, payer_total: asked.amount.total, payer_refund: asked.amount.refund },
});

function giveBack(response, body) {
  const asked = JSON.parse(body);
  const wrong = refundFault(asked);
  if (wrong) return answer(response, 400, { code: 'PARAM_ERROR', message: wrong });
  const held = refunds.get(asked.out_refund_no);
  if (held && held.body !== body) return refuse(response, 400, 'INVALID_REQUEST');
  if (held) return answer(response, 200, shownRefund(held));
  const order = [...orders.values()].find(({ transaction }) => transaction === asked.transaction_id);
  if (!order) return refuse(response, 404, 'RESOURCE_NOT_EXISTS');
  const already = [...refunds.values()]
    .filter((refund) => refund.order === order)
    .reduce((sum, refund) => sum + refund.asked.amount.refund, 0);
  const paid = order.request.amount.total;
  if (asked.amount.total !== paid || already + asked.amount.refund > paid) {
    return refuse(response, 400, 'INVALID_REQUEST');
  }
  const doing = nextRefund;
  nextRefund = 'SUCCESS';
  if (doing === 'NOT_ENOUGH') return refuse(response, 403, doing);
  if (doing === 'timeout-before') return response.destroy();
  const status = doing === 'timeout-after' ? 'SUCCESS' : doing;
  const refund = { asked, body, order, status, number: refunds.size + 1 };
  refunds.set(asked.out_refund_no, refund);
  return doing === 'timeout-after' ? response.destroy() : answer(response, 200, shownRefund(refund));
}

function refundCallback(number) {
  const refund = refunds.get(number);
  const { status, ...told } = shownRefund(refund);
  const owner = { sp_mchid: MERCHANT, sub_mchid: SUB_MERCHANT };
  return callback(`REFUND.${status}`, { ...owner, ...told, refund_status: status }, 'refund');
}

function orderCallback({ callback: number, event, callbackAs, skew }) {
  const order = orders.get(number);
  const told = order.state === 'SUCCESS' ? 'SUCCESS' : 'FAIL';
  return callback(event ?? `TRANSACTION.${told}`, { ...shown(order), ...callbackAs }, 'transaction', skew);
}

/** Headers and body of a callback, signed so many seconds from now. */
function callback(event, told, type, skew) {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(API_V3_KEY), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(type));
  const sealed = Buffer.concat([
    cipher.update(JSON.stringify(told)), cipher.final(), cipher.getAuthTag(),
  ]);
  const body = JSON.stringify({
    id: randomBytes(16).toString('hex'),
    create_time: `${chinaTime(now())}+08:00`,
    resource_type: 'encrypt-resource',
    event_type: event,
    summary: event,
    resource: {
      original_type: type,
      algorithm: 'AEAD_AES_256_GCM',
      ciphertext: sealed.toString('base64'),
      associated_data: type,
      nonce,
    },
  });
  return { headers: signed(body, { skew }), body };
}

const standing = () => ({
  orders: [...orders.keys()],
  signings: [...signings.values()].map(({ state }) => state),
  refunds: Object.fromEntries([...refunds.entries()]
    .map(([number, { asked, status }]) => [number, { status, amount: asked.amount.refund }])),
});

function control(response, body) {
  const wish = JSON.parse(body);
  if (wish.nextRefund) nextRefund = wish.nextRefund;
  if (wish.settleRefund) refunds.get(wish.settleRefund.number).status = wish.settleRefund.status;
  if (wish.next) fault = wish;
  if (wish.settle) settle(orders.get(wish.settle.number), wish.settle.state, wish.settle.repay);
  if (wish.repaid) orders.get(wish.repaid).repay = 'REPAID';
  if (wish.copiesInBill) copies = wish.copiesInBill;
  if (wish.bill === 'other-merchant') strangerInBill = true;
  if (wish.contract) contracts.set(wish.contract.id, wish.contract);
  const told = wish.callback ? orderCallback(wish)
    : wish.sign ? sign(wish.sign)
      : wish.terminate ? terminate(wish.terminate)
        : wish.refundCallback ? refundCallback(wish.refundCallback)
          : standing();
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(told));
}

function route(request, response, body) {
  const url = new URL(request.url, 'http://stand-in');
  if (url.pathname === '/control') return control(response, body);
  const wrong = signatureFault(request, body);
  if (wrong) {
    return answer(response, 401, { code: 'SIGN_ERROR', message: wrong });
  }
  const place = `${request.method} ${url.pathname.replace(/\/[^/]+$/, '/*')}`;
  const last = url.pathname.split('/').pop();
  if (`${request.method} ${url.pathname}` === 'POST /v3/qrcode/transactions') {
    return deduct(request, response, body);
  }
  if (`${request.method} ${url.pathname}` === 'POST /v3/refund/domestic/refunds') {
    return giveBack(response, body);
  }
  if (url.pathname === '/v3/papay/entrust-sign/contracts/pre-entrust-sign') {
    return openSigning(response, body);
  }
  if (url.pathname.startsWith('/v3/papay/sign/contracts/')) {
    return aboutSigning(request, response, url);
  }
  switch (place) {
    case 'GET /v3/qrcode/transactions/out-trade-no/*': {
      if (url.searchParams.get('sub_mchid') !== SUB_MERCHANT) {
        return refuse(response, 400, 'PARAM_ERROR');
      }
      const order = orders.get(last);
      return order ? answer(response, 200, shown(order)) : refuse(response, 404, 'ORDER_NOT_EXIST');
    }
    case 'GET /v3/qrcode/user-services/contract-id/*': {
      const contract = contracts.get(last);
      if (url.searchParams.get('appid') !== APP) return refuse(response, 400, 'PARAM_ERROR');
      if (!contract) return refuse(response, 404, 'RESOURCE_NOT_EXISTS');
      return answer(response, 200, {
        contract_id: last,
        user_service_state: contract.state,
        ...(contract.reason && { block_reason: contract.reason }),
      });
    }
    case 'GET /v3/refund/domestic/refunds/*': {
      const refund = refunds.get(last);
      if (url.searchParams.get('sub_mchid') !== SUB_MERCHANT) {
        return refuse(response, 400, 'PARAM_ERROR');
      }
      return refund ? answer(response, 200, shownRefund(refund))
        : refuse(response, 404, 'RESOURCE_NOT_EXISTS');
    }
    case 'GET /v3/bill/*': return billTicket(response, url.searchParams);
    case 'GET /v3/billdownload/*':
      return answer(response, 200, bills.get(url.searchParams.get('token')), { unsigned: true });
    default: return refuse(response, 404, 'NOT_FOUND');
  }
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    try {
      route(request, response, Buffer.concat(chunks).toString('utf8'));
    } catch (error) {
      answer(response, 500, { code: 'SYSTEM_ERROR', message: String(error) });
    }
  });
});

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({
    port: server.address().port,
    serial: SERIAL,
    publicKey: platform.publicKey.export({ type: 'spki', format: 'pem' }),
    apiv3Key: API_V3_KEY,
  }));
});
process.stdin.on('end', () => process.exit(0)).resume();
