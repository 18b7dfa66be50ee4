/**
 * What this phone alone says of a scan: the facts out of its pack and its own unanswered scans,
 * the rule of decide.js, and the name where the pass itself opens it.
 */

import { decide } from "./decide.js";
import { digestOf, isGenuine } from "./pass.js";
import { unseal } from "./seal.js";

const NAMELESS = ["unreadable", "unknown", "wrong_meeting", "revoked"];

/**
 * {verdict, registration, person, first}; null without a pack, for then nothing is known.
 * @param reading of pass.js  @param store of store.js  @param scan {direction, at: ISO instant}
 */
export async function judge(reading, store, { direction, at }) {
  const { pack } = store;
  if (!pack?.gate || !crypto.subtle) return null; // a page without HTTPS can check nothing
  const { gate, meeting } = pack;
  const found = await find(reading, store);
  const facts = {
    scanned_at: at,
    readable: Boolean(reading.data || reading.code),
    direction,
    meeting_state: meeting.rehearsal ? "in_session" : meeting.state, // a rehearsal asks for no hour
    gate_way: gate.way,
    gate_categories: gate.categories,
    gate_opens_at: meeting.rehearsal ? null : gate.opens_at,
    gate_closes_at: meeting.rehearsal ? null : gate.closes_at,
    places_left: null, // how many others let in meanwhile, no phone knows; the server asks it
    inside: null,
    ...found.facts,
  };
  const { row, registration } = found;
  const stay = registration ? await stayOf(registration, row?.inside ?? null, store) : null;
  facts.left_for_good = Boolean(row?.left?.includes(gate.session_id));
  if (stay) facts.inside = { at: stay[1], same_device: stay[3] === store.device, confirmed: stay[4] };
  const verdict = decide(facts);
  const named = registration && !NAMELESS.includes(verdict);
  const person = named && row?.sealed && reading.data ? await unseal(row.sealed, reading) : null;
  return {
    verdict,
    registration: registration ?? null,
    category: named && row ? row.category : null,
    person,
    unnamed: Boolean(named && !person),
    first: verdict === "already_inside" ? { at: stay[1], gate: stay[2] } : null,
  };
}

async function find(reading, store) {
  if (reading.code) {
    const row = await store.rowOfCode(await digestOf(reading.code, store.pack.salt));
    return row ? known(row, true) : { facts: { known: false } };
  }
  if (!reading.data || !(await isGenuine(reading, store.pack.keys))) return { facts: { known: false } };
  const { registration, generation, meeting } = reading.claims;
  const row = await store.rowOfPass(registration);
  // A higher generation than the pack's is a pass that was issued since: the signature is ours.
  if (row) return known(row, generation >= row.generation);
  if (meeting !== store.pack.meeting.id) return { facts: { known: true, registered_here: false } };
  // Every pass that ever was has its row, ended ones too: one without was issued since.
  return { registration, facts: { known: true, registered_here: true, ...NEWER } };
}

/** A pass is signed for whoever was approved; one newer than the pack says that and no more. */
const NEWER = { generation_current: true, registration_state: "approved", gate_categories: null };

function known(row, current) {
  const { registration, state, category } = row;
  const facts = { known: true, registered_here: true, generation_current: current, registration_state: state, category };
  return { row, registration, facts };
}

/** Since when the holder is inside this gate's session: by the pack, then by our own scans. */
async function stayOf(registration, inside, store) {
  let stay = inside;
  for (const scan of await store.unansweredOf(registration)) {
    if (scan.shown === "admitted") stay = store.stayOf(scan);
    if (scan.shown === "confirmed" && stay) stay = [...stay.slice(0, 4), true];
    if (scan.shown === "left") stay = null;
  }
  return stay?.[0] === store.pack.gate.session_id ? stay : null;
}
