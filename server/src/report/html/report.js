(() => {
  const form = document.querySelector(".filter");
  if (!form) return;
  const [risk, file] = ["risk", "file"].map((name) => form.elements.namedItem(name));
  const problems = [...document.querySelectorAll(".problem")];
  const told = document.querySelector("#shown");
  const show = () => {
    let shown = 0;
    for (const problem of problems) {
      let any = false;
      for (const entry of problem.querySelectorAll(".entry")) {
        const fits = (!risk.value || problem.dataset.risk.split(" ").includes(risk.value)) && (!file.value || entry.dataset.file === file.value);
        entry.hidden = !fits;
        any ||= fits;
        shown += fits ? 1 : 0;
      }
      problem.hidden = !any;
    }
    told.textContent = risk.value || file.value ? `${shown} shown` : "";
  };
  form.hidden = false;
  form.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(show));
  show();
})();
(() => {
  for (const button of document.querySelectorAll(".copy")) {
    const text = document.getElementById(button.dataset.of);
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text.textContent);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = label; }, 2000);
      } catch {
        // Where a page may not write to the clipboard, the text stands ready to be copied by hand.
        text.closest("details").open = true;
        getSelection().selectAllChildren(text);
      }
    });
  }
})();
(() => {
  // Where a page may keep nothing, the ticks last as long as it is open.
  for (const box of document.querySelectorAll(".task > input")) {
    const name = `guardline ${location.pathname} ${box.id}`;
    try {
      box.checked = localStorage.getItem(name) === "1";
      box.addEventListener("change", () => { try { localStorage.setItem(name, box.checked ? "1" : "0"); } catch { } });
    } catch { }
  }
})();
