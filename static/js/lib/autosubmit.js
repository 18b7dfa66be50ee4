/**
 * A filter that applies itself: form[data-autosubmit] is sent when a choice changes. Typed words
 * wait for Enter, so nobody loses the caret; its button stays for everybody else. Empty fields
 * are left out, so the address stays short enough to send on.
 */

export function autosubmit(form) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "") event.formData.delete(name);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.type !== "search" && event.target.type !== "text") form.requestSubmit();
  });
}
