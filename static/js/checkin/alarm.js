/**
 * The server's word on a scan differs from what this phone had shown. It stays on the page until
 * somebody says that they have read it.
 */

export function alarm(words, scan, answer) {
  const item = document.getElementById("alarm-line").content.cloneNode(true).firstElementChild;
  const line = (name, text) => (item.querySelector(`.alarm-${name}`).textContent = text);
  const was = words.verdicts[scan.shown].word;
  line("name", answer.name || words.say("unnamed"));
  line("what", words.say("alarm", { was, now: answer.word, time: words.timeOf(scan) }));
  line("first", answer.first ? words.say("first", answer.first) : "");
  line("do", words.say(`alarm-${answer.conflict}`) || words.say("alarmDo"));
  item.querySelector("button").addEventListener("click", () => item.remove());
  document.getElementById("alarms").append(item);
  item.scrollIntoView({ block: "nearest" });
}
