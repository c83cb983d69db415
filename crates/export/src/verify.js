"use strict";
// Checks proofs as FORMAT.md, "Proofs", writes them. Nothing leaves the page.
const GROUPS = ["core", "text", "parties", "attachments", "state", "raw", "provenance", "verdict"];
const bytes = (...parts) => {
  const all = parts.map((p) => (typeof p === "string" ? new TextEncoder().encode(p) : Uint8Array.from(p)));
  const out = new Uint8Array(all.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of all) { out.set(p, at); at += p.length; }
  return out;
};
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(...parts)));
const tag = (label) => bytes(label, new Uint8Array(16 - label.length));
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
const big = (n) => { const out = new Uint8Array(8); new DataView(out.buffer).setBigUint64(0, BigInt(n)); return out; };
// SHA3-256 (FIPS 202), which browsers do not have; a lane is a BigInt at x + 5 y.
const sha3 = async (...parts) => {
  const data = bytes(...parts), rate = 136, whole = new Uint8Array((Math.floor(data.length / rate) + 1) * rate);
  whole.set(data);
  whole[data.length] ^= 6;
  whole[whole.length - 1] ^= 128;
  const view = new DataView(whole.buffer), s = new Array(25).fill(0n);
  const turn = (lane, n) => BigInt.asUintN(64, (lane << n) | (lane >> (64n - n)));
  for (let at = 0; at < whole.length; at += rate) {
    for (let i = 0; i < rate / 8; i++) s[i] ^= view.getBigUint64(at + 8 * i, true);
    let bits = 1;
    for (let round = 0; round < 24; round++) {
      const c = [0, 1, 2, 3, 4].map((x) => s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20]);
      for (let i = 0; i < 25; i++) s[i] ^= c[(i + 4) % 5] ^ turn(c[(i + 1) % 5], 1n);
      let [x, y, lane] = [1, 0, s[1]];
      for (let t = 0; t < 24; t++) {
        [x, y] = [y, (2 * x + 3 * y) % 5];
        [lane, s[x + 5 * y]] = [s[x + 5 * y], turn(lane, BigInt((((t + 1) * (t + 2)) / 2) % 64))];
      }
      for (let row = 0; row < 25; row += 5) {
        const r = s.slice(row, row + 5);
        for (let i = 0; i < 5; i++) s[row + i] = r[i] ^ (BigInt.asUintN(64, ~r[(i + 1) % 5]) & r[(i + 2) % 5]);
      }
      for (let j = 0; j < 7; j++) {
        bits = ((bits << 1) ^ ((bits >> 7) * 0x71)) & 255;
        if (bits & 2) s[0] ^= 1n << ((1n << BigInt(j)) - 1n);
      }
    }
  }
  const out = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i++) out.setBigUint64(8 * i, s[i], true);
  return new Uint8Array(out.buffer);
};
// suites, by what they hash with: FORMAT.md, "Words and notation"
const HASH = { 1: sha256, 2: sha3 };
const node = (l, r, by) => HASH[by]([1], l, r);
const need = (is, what) => { if (!is) throw new Error(what); };

function base64(text) {
  need(/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, "malformed");
  const out = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const last = out.subarray(out.length - (out.length % 3));
  // the bits behind the last byte are zero
  need(last.length === 0 || text.endsWith(btoa(String.fromCharCode(...last))), "malformed");
  return out;
}

async function key(line) {
  const [name, id, text, ...more] = line.split("+");
  const typed = base64([text, ...more].join("+"));
  need(typed.length === 33 && typed[0] === 1, "key_bad");
  const real = hex((await sha256(name, "\n", typed)).subarray(0, 4));
  need(real === id, "key_bad");
  return { name, id, public: typed.subarray(1) };
}

// The keys in what was pasted, which may be all that `checkpoint show` writes: the lines that are keys.
async function pasted(text) {
  need(text.trim(), "no_key");
  const lines = text.split("\n").map((l) => l.trim()).filter((l) => /^[^\s+#]+\/job\+/.test(l));
  need(lines.length > 0, "key_bad");
  try { return await Promise.all(lines.map(key)); } catch (e) { throw new Error("key_bad"); }
}

async function field(f, read, by) {
  const kind = read(1)[0];
  need(kind < 2, "malformed");
  if (kind === 0) return { hidden: true, hash: read(32) };
  const salt = read(32);
  const data = read(new DataView(bytes(read(4)).buffer).getUint32(0));
  return { data, hash: await HASH[by](tag("BA1.field"), [by, f], salt, big(data.length), data) };
}

async function tree(read, depth, records, by) {
  const kind = read(1)[0];
  need(kind < 3 && depth < 41, "malformed");
  if (kind === 0) return read(32);
  if (kind === 1) {
    const fields = [];
    for (let f = 1; f <= 8; f++) fields.push(await field(f, read, by));
    records.push(fields);
    const list = fields.flatMap((x, i) => [[i + 1], x.hash]);
    return HASH[by]([0], await HASH[by](tag("BA1.record"), [by, 8], ...list));
  }
  const left = await tree(read, depth + 1, records, by);
  return node(left, await tree(read, depth + 1, records, by), by);
}

// RFC 9162, 2.1.3.2
async function inclusion(leaf, index, size, path, by) {
  let [at, last, hash] = [BigInt(index), BigInt(size) - 1n, leaf];
  need(at <= last, "log");
  for (const p of path) {
    need(last > 0n, "log");
    if (at & 1n || at === last) {
      hash = await node(p, hash, by);
      while (!(at & 1n) && at !== 0n) { at >>= 1n; last >>= 1n; }
    } else hash = await node(hash, p, by);
    at >>= 1n; last >>= 1n;
  }
  need(last === 0n, "log");
  return hash;
}

// Ed25519 by the browser where it can; a wrong signature and a browser that cannot are two things.
async function signed(publicKey, message, signature) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (e) { throw new Error("browser"); }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

async function check(text, trusted) {
  const at = text.indexOf("\n\n");
  need(at > 0, "malformed");
  const lines = text.slice(0, at).split("\n");
  need(lines[0] === "c2sp.org/tlog-proof@v1" && /^extra \S/.test(lines[1] || ""), "malformed");
  need(/^index (0|[1-9][0-9]{0,18})$/.test(lines[2] || ""), "malformed");
  const index = lines[2].slice(6);
  const path = lines.slice(3).map(base64);
  need(path.every((p) => p.length === 32) && path.length <= 64, "malformed");
  const note = /^([^\n]+)\n(0|[1-9][0-9]{0,18})\n([^\n]+)\n\n((?:\u2014 [^\n ]+ [^\n]+\n)+)$/.exec(text.slice(at + 2));
  need(note, "malformed");
  const [, origin, size, rootText, lastLines] = note;
  const root = base64(rootText);
  const inner = base64(lines[1].slice(6));
  let place = 260;
  const read = (n) => { need(place + n <= inner.length, "malformed"); place += n; return inner.subarray(place - n, place); };
  need(same(inner.subarray(0, 4), bytes("BAP1")) && inner.length > 260, "malformed");
  const header = inner.subarray(4, 260);
  const view = new DataView(bytes(header).buffer);
  const [suite, other] = header.subarray(5, 7);
  need(suite in HASH && (other === 0 || (other in HASH && other < suite)), "header");
  need(same(header.subarray(0, 8), bytes("BAH1", [10, suite, other, 0])), "header");
  need(header.subarray(216).every((b) => b === 0) && String(view.getBigUint64(8)) === index, "header");
  const archive = hex(header.subarray(48, 64)), log = "beskedarkiv/" + archive;
  const by = { [log]: 1, [log + "/sha3-256"]: 2 }[origin];
  need(by >= suite, "header");
  const records = [];
  need(same(await tree(read, 0, records, other || suite), header.subarray(104, 136)) && records.length > 0, "records");
  need(place === inner.length, "malformed");
  need(same(await inclusion(await HASH[by]([0], header), index, size, path, by), root), "log");
  const body = bytes(origin, "\n", size, "\n", rootText, "\n");
  const name = log + "/job";
  const signatures = lastLines.trimEnd().split("\n").map((line) => {
    const [, by, blob] = line.split(" ");
    const raw = base64(blob);
    return { by, id: hex(raw.subarray(0, 4)), signature: raw.subarray(4) };
  });
  for (const k of trusted.filter((k) => k.name === name)) {
    const s = signatures.find((s) => s.by === name && s.id === k.id);
    if (!s) continue;
    need(s.signature.length === 64 && (await signed(k.public, body, s.signature)), "signature");
    return { archive, entry: index, size, root: rootText, key: name, records,
      written: new Date(Number(view.getBigUint64(80))).toISOString() };
  }
  throw new Error("untrusted");
}

// Deterministic CBOR: what MESSAGE.md, 2, uses of it.
function cbor(data) {
  const view = new DataView(bytes(data).buffer);
  let at = 0;
  const head = () => {
    const first = view.getUint8(at++), kind = first >> 5, low = first & 31;
    if (low < 24) return [kind, BigInt(low)];
    const n = 1 << (low - 24);
    need(low < 28, "cbor");
    let value = 0n;
    for (let i = 0; i < n; i++) value = (value << 8n) | BigInt(view.getUint8(at++));
    return [kind, value];
  };
  const item = (depth) => {
    need(depth < 16, "cbor");
    const [kind, n] = head(), count = Number(n);
    const number = (b) => (b >= -9007199254740991n && b <= 9007199254740991n ? Number(b) : b);
    if (kind === 0) return number(n);
    if (kind === 1) return number(-1n - n);
    if (kind === 2 || kind === 3) {
      need(at + count <= data.length, "cbor");
      const part = data.subarray(at, (at += count));
      return kind === 2 ? hex(part) : new TextDecoder().decode(part);
    }
    if (kind === 4) { const out = []; for (let i = 0; i < count; i++) out.push(item(depth + 1)); return out; }
    if (kind === 5) { const out = new Map(); for (let i = 0; i < count; i++) out.set(item(depth + 1), item(depth + 1)); return out; }
    need(kind === 7 && [20, 21, 22].includes(count), "cbor");
    return { 20: false, 21: true, 22: null }[count];
  };
  const out = item(0);
  need(at === data.length, "cbor");
  return out;
}

const TIME = { core: [3, 4, 5], state: [5, 6] };
const FIELDS = {
  core: ["version", "service", "direction", "sent_at", "received_at", "remote_at", "id", "reply_to", "expires_after_s", "event", "event seconds", "event code", "classification"],
  text: [, "body", "subject", "edits", "event text"],
  parties: [, "conversation", "conversation_name", "is_group", "participants", "sender", "sender_name", "reactions by", "event who", "event title"],
  state: [, "unsent", "unsent_parts", "reactions", "deleted", "delivered_at", "read_at"],
  provenance: [, "source", "evidence", "evidence_sha256", "place", "reader", "doubts"],
  verdict: [, "verdict", "class", "retain_until", "disposal_from", "rules", "doubts", "p_work", "ground", "reasons", "message", "possible_duplicate"],
};
// what stands as a number in a group, FORMAT.md, "The verdict group"; MESSAGE.md, 2
const CODES = {
  direction: { 0: "in", 1: "out" },
  event: { 1: "renamed", 2: "added", 3: "removed", 4: "left", 5: "photo", 6: "timer", 7: "number", 8: "call", 9: "encryption", 255: "other" },
  verdict: { 1: "keep", 2: "review", 3: "exclude" },
  class: { 1: "E5", 2: "C10u", 3: "C10", 4: "M25" },
  ground: { 1: "personnel", 2: "private", 3: "misdirected", 4: "journalised" },
  possible_duplicate: { 1: "true" },
};
const ATTACHMENT = [, "name", "mime", "size", "sha256", "missing"];
function time([raw, unit]) {
  const apple = 978307200000n, r = BigInt(raw);
  const float = () => { const v = new DataView(new ArrayBuffer(8)); v.setBigInt64(0, r); return BigInt(Math.round(v.getFloat64(0) * 1000)) + apple; };
  const ms = { 1: () => r * 1000n, 2: () => r, 3: () => r * 1000n + apple, 4: () => (r - (((r % 1000000n) + 1000000n) % 1000000n)) / 1000000n + apple, 5: float }[unit]();
  const date = new Date(Number(ms));
  return isNaN(date) ? String(raw) : date.toISOString();
}
const plain = (v) => (v instanceof Map ? Object.fromEntries([...v].map(([k, x]) => [ATTACHMENT[k] || k, plain(x)])) : Array.isArray(v) ? v.map(plain) : typeof v === "bigint" ? String(v) : v);
function shown(fields) {
  const out = [], hidden = [];
  fields.forEach((f, i) => {
    const group = GROUPS[i];
    if (f.hidden) return hidden.push(group);
    if (f.data.length === 0 || group === "raw") return;
    const value = cbor(f.data);
    if (!(value instanceof Map)) return out.push([group, JSON.stringify(plain(value), null, 1)]);
    for (const [k, v] of value) {
      if (group === "core" && k === 0) continue;
      const name = (FIELDS[group] || [])[k] || group + " " + k;
      const day = group === "verdict" && (k === 3 || k === 4);
      let said = typeof v === "string" ? v : JSON.stringify(plain(v));
      if (Array.isArray(v) && (TIME[group] || []).includes(k)) said = time(v);
      if (day) said = new Date(v * 86400000).toISOString().slice(0, 10);
      if (name === "p_work") said = v / 10000 + " %";
      if (["rules", "reasons"].includes(name) && Array.isArray(v)) said = v.join(", ");
      if (CODES[name] && typeof v === "number") said = CODES[name][v] || said;
      out.push([name, said]);
    }
  });
  return { out, hidden };
}

const SAY = {
  da: {
    title: "Kontrol af beviser", keys: "Nøgle, De stoler på", proofs: "Beviser (filer i mappen proofs)",
    how: "Indsæt arkivets nøgle, som myndigheden har oplyst ad en anden vej end denne udlevering, f.eks. fra et journaliseret blad med arkivets tilstand. Vælg derefter et eller flere beviser. Siden bruger intet netværk.",
    holds: "Beviset holder", broken: "BEVISET HOLDER IKKE", archive: "Arkiv", entry: "Led i kæden", written: "Skrevet", size: "Kædens længde", root: "Kædens rod", key: "Underskrevet af", hidden: "Skjult", message: "Besked",
    malformed: "filen er ikke et bevis, eller den er beskadiget", header: "leddet er ikke en del af det nævnte arkiv", records: "beskederne er ikke dem, leddet er bundet til", log: "leddet er ikke i den kæde, der er underskrevet", signature: "underskriften passer ikke", untrusted: "ingen af nøglerne har underskrevet",
    no_key: "Indsæt først arkivets nøgle.", key_bad: "nøglen kan ikke læses: den er én linje, der begynder med beskedarkiv/ og indeholder /job+",
    browser: "denne browser kan ikke kontrollere Ed25519-underskrifter; brug en nyere, eller beskedarkiv verify --proof", other: "uventet fejl",
    point: ",",
    groups: { core: "grunddata", text: "tekst", parties: "parter", attachments: "vedhæftninger", state: "tilstand", raw: "rå data", provenance: "herkomst", verdict: "sortering og opbevaring" },
    fields: {
      service: "Tjeneste", direction: "Retning", sent_at: "Sendt (UTC)", received_at: "Modtaget (UTC)", remote_at: "Nettets tidspunkt (UTC)", id: "Beskedens id", reply_to: "Svar på", expires_after_s: "Forsvinder efter (sekunder)", event: "Hændelse", "event seconds": "Hændelsens sekunder", "event code": "Hændelsens kode", classification: "Klassifikation",
      body: "Tekst", subject: "Emne", edits: "Redigeringer", "event text": "Hændelsens tekst", conversation: "Samtale", conversation_name: "Samtalens navn", is_group: "Gruppe", participants: "Deltagere", sender: "Afsender", sender_name: "Afsenders navn", "reactions by": "Reaktioner fra", "event who": "Hvem hændelsen angår", "event title": "Samtalens nye navn",
      attachments: "Vedhæftninger", unsent: "Trukket tilbage", unsent_parts: "Dele trukket tilbage", reactions: "Reaktioner", deleted: "Slettet på telefonen", delivered_at: "Leveret (UTC)", read_at: "Læst (UTC)", source: "Kilde", evidence: "Fil i kilden", evidence_sha256: "Filens SHA-256", place: "Sted i filen", reader: "Læst af", doubts: "Bemærkninger",
      verdict: "Sorteringens svar", class: "Opbevaringsklasse", retain_until: "Opbevares til", disposal_from: "Kan slettes fra", rules: "Regler", p_work: "Sandsynlighed for arbejdsindhold", ground: "Grund", reasons: "Begrundelser", message: "Beskedens nummer", possible_duplicate: "Muligvis også i en anden kilde",
    },
    values: { "direction in": "modtaget", "direction out": "sendt", "verdict keep": "bevares", "verdict review": "et menneske tager stilling", "verdict exclude": "holdes ude", "ground personnel": "personale", "ground private": "privat", "ground misdirected": "fejlsendt", "ground journalised": "journaliseret", "event renamed": "samtalen fik nyt navn", "event added": "deltager føjet til", "event removed": "deltager fjernet", "event left": "deltager forlod samtalen", "event photo": "samtalens billede ændret", "event timer": "timer for forsvindende beskeder ændret", "event number": "nummer skiftet", "event call": "ubesvaret opkald", "event encryption": "meddelelse om kryptering", "event other": "andet", "is_group true": "ja", "unsent true": "ja", "deleted true": "ja", "possible_duplicate true": "ja" },
  },
  en: {
    title: "Checking proofs", keys: "Key that you trust", proofs: "Proofs (files in the folder proofs)",
    how: "Paste the archive's key, which the authority gave you by another way than this production, such as a filed sheet with the archive's state. Then choose one or more proofs. The page uses no network.",
    holds: "The proof holds", broken: "THE PROOF DOES NOT HOLD", archive: "Archive", entry: "Entry of the chain", written: "Written", size: "Length of the chain", root: "Root of the chain", key: "Signed by", hidden: "Hidden", message: "Message",
    malformed: "the file is not a proof, or it is damaged", header: "the entry is not of the archive named", records: "the messages are not those the entry is bound to", log: "the entry is not in the chain that is signed", signature: "the signature does not match", untrusted: "none of the keys signed it",
    no_key: "Paste the archive's key first.", key_bad: "the key cannot be read: it is one line that begins with beskedarkiv/ and contains /job+",
    browser: "this browser cannot check Ed25519 signatures; use a newer one, or beskedarkiv verify --proof", other: "unexpected error",
    point: ".",
    groups: { core: "basic data", text: "text", parties: "parties", attachments: "attachments", state: "state", raw: "raw data", provenance: "provenance", verdict: "sorting and retention" },
    fields: {
      service: "Service", direction: "Direction", sent_at: "Sent (UTC)", received_at: "Received (UTC)", remote_at: "Time of the network (UTC)", id: "Id of the message", reply_to: "Answer to", expires_after_s: "Disappears after (seconds)", event: "Event", "event seconds": "Seconds of the event", "event code": "Code of the event", classification: "Classification",
      body: "Text", subject: "Subject", edits: "Edits", "event text": "Text of the event", conversation: "Conversation", conversation_name: "Name of the conversation", is_group: "Group", participants: "Participants", sender: "Sender", sender_name: "Name of the sender", "reactions by": "Reactions by", "event who": "Whom the event is about", "event title": "New name of the conversation",
      attachments: "Attachments", unsent: "Withdrawn", unsent_parts: "Parts withdrawn", reactions: "Reactions", deleted: "Deleted on the phone", delivered_at: "Delivered (UTC)", read_at: "Read (UTC)", source: "Source", evidence: "File in the source", evidence_sha256: "SHA-256 of the file", place: "Place in the file", reader: "Read by", doubts: "Remarks",
      verdict: "Answer of the sorting", class: "Retention class", retain_until: "Kept until", disposal_from: "Disposal from", rules: "Rules", p_work: "Probability of work content", ground: "Ground", reasons: "Reasons", message: "Number of the message", possible_duplicate: "Possibly in another source too",
    },
    values: { "direction in": "received", "direction out": "sent", "event renamed": "conversation renamed", "event added": "participant added", "event removed": "participant removed", "event left": "participant left", "event photo": "picture of the conversation changed", "event timer": "timer of disappearing messages changed", "event number": "number changed", "event call": "missed call", "event encryption": "notice about encryption", "is_group true": "yes", "unsent true": "yes", "deleted true": "yes", "possible_duplicate true": "yes" },
  },
};
// Shown fields with the words of a language.
const worded = (out, say) => out.map(([name, said]) => {
  const value = name === "p_work" ? said.replace(".", say.point) : say.values[name + " " + said] || said;
  return [say.fields[name] || name, value];
});
const grouped = (root) => hex(base64(root)).match(/.{8}/g).join(" ");

if (typeof document !== "undefined") {
  const say = SAY["LANG"];
  const make = (kind, text, ...inside) => { const e = document.createElement(kind); if (text) e.textContent = text; e.append(...inside); return e; };
  const visible = (t) => t.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, (c) => "[U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");
  const list = (pairs) => { const dl = make("dl"); for (const [k, v] of pairs) { const dd = make("dd", visible(String(v))); dd.className = "body"; dl.append(make("dt", k), dd); } return dl; };
  const keys = make("textarea"), files = make("input"), results = make("section");
  keys.rows = 3; keys.cols = 60; keys.id = "keys"; files.type = "file"; files.multiple = true; files.id = "proofs";
  results.setAttribute("aria-live", "polite");
  const label = (text, of) => { const l = make("label", text); l.htmlFor = of.id; return make("p", "", l, make("br"), of); };
  document.getElementById("main").append(make("h1", say.title), make("p", say.how), label(say.keys, keys), label(say.proofs, files), results);
  const run = async () => {
    results.replaceChildren();
    if (files.files.length === 0 && !keys.value.trim()) return;
    let trusted;
    try { trusted = await pasted(keys.value); } catch (e) { results.append(make("p", say[e.message] || say.other)); return; }
    for (const file of files.files) {
      const box = make("article", "", make("h2", visible(file.name)));
      results.append(box);
      try {
        const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
        const proven = await check(text, trusted);
        box.append(make("p", "", make("strong", say.holds)), list([[say.archive, proven.archive], [say.entry, proven.entry], [say.written, proven.written], [say.size, proven.size], [say.root, grouped(proven.root)], [say.key, proven.key]]));
        proven.records.forEach((fields, i) => {
          const { out, hidden } = shown(fields);
          box.append(make("h3", say.message + " " + (i + 1)), list([...worded(out, say), ...hidden.length ? [[say.hidden, hidden.map((g) => say.groups[g]).join(", ")]] : []]));
        });
      } catch (e) {
        const why = typeof say[e.message] === "string" ? say[e.message] : e instanceof TypeError ? say.malformed : say.other;
        const p = make("p", "", make("strong", say.broken), ": " + why);
        p.className = "note";
        box.append(p);
      }
    }
  };
  files.addEventListener("change", run);
  keys.addEventListener("change", run);
}
