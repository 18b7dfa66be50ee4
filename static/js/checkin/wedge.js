/**
 * A scanner that types. It is told from a person by its pace, and read by the keys' places on
 * the board (event.code): so an input method that composes Chinese meanwhile changes nothing,
 * and neither do Shift, Caps Lock or another keyboard layout. Enter or a pause ends a code.
 */

const PACE_MS = 250; // between two keys of one code, on a slow computer; nobody types forty so
const END_MS = 300;
const SHORTEST = 40;

/** The character of a key of the pass's alphabet, or an empty string. */
export function character(code) {
  const found = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(code);
  return found ? (found[1] ?? found[2]) : "";
}

/** Calls onCode(text) for each code that a scanner types anywhere on the page. */
export function listen(onCode) {
  let typed = "";
  let at = 0;
  let timer = 0;

  const end = () => {
    clearTimeout(timer);
    const text = typed;
    typed = "";
    if (text.length < SHORTEST) return false;
    document.activeElement?.blur?.(); // what an input method still composes goes with the focus
    onCode(text);
    return true;
  };

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.code === "Enter" || event.code === "NumpadEnter") {
        if (end()) event.preventDefault();
        return;
      }
      const found = character(event.code);
      if (!found) return;
      typed = event.timeStamp - at < PACE_MS ? typed + found : found;
      at = event.timeStamp;
      clearTimeout(timer);
      timer = setTimeout(end, END_MS);
    },
    true,
  );
}
