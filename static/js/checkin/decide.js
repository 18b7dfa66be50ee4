/**
 * The door's answer to one scan: the rule of docs/door.md, line by line. The server has the same
 * in Python; docs/door-vectors.json holds both to one meaning.
 */

const REPEAT_MS = 5000;
const DOORS_OPEN_IN = ["registration_open", "registration_closed", "in_session"];
const ENDED = { cancelled: "cancelled", replaced: "replaced" };

/** @param facts as docs/door.md names them; instants in any form that Date.parse reads */
export function decide(facts) {
  return refusePass(facts) ?? (facts.direction === "exit" ? leave(facts) : (refusePerson(facts) ?? aboutInside(facts)));
}

function refusePass({ readable, known, registered_here: registeredHere }) {
  if (!readable) return "unreadable";
  if (!known) return "unknown";
  return registeredHere ? null : "wrong_meeting";
}

const leave = ({ inside }) => (inside ? "left" : "not_inside");

function refusePerson(facts) {
  if (!facts.generation_current) return "revoked";
  if (facts.registration_state !== "approved") return ENDED[facts.registration_state] ?? "not_approved";
  if (!DOORS_OPEN_IN.includes(facts.meeting_state)) return "meeting_not_open";
  if (facts.gate_categories && !facts.gate_categories.includes(facts.category)) return "wrong_category";
  if (facts.gate_way === "exit") return "gate_closed";
  const now = Date.parse(facts.scanned_at);
  const { gate_opens_at: opens, gate_closes_at: closes } = facts;
  if ((opens && now < Date.parse(opens)) || (closes && now >= Date.parse(closes))) return "gate_closed";
  return null;
}

function aboutInside({ scanned_at: now, inside, staffed, left_for_good: leftForGood, places_left: places }) {
  if (!inside && leftForGood) return "no_reentry";
  if (!inside) return places !== null && places <= 0 ? "full" : "admitted";
  if (staffed !== false && inside.confirmed === false) return "confirmed";
  const since = Date.parse(now) - Date.parse(inside.at);
  return inside.same_device && since >= 0 && since < REPEAT_MS ? "same_scan_repeat" : "already_inside";
}
