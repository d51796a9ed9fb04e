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
        const fits = (!risk.value || problem.dataset.risk === risk.value) && (!file.value || entry.dataset.file === file.value);
        entry.hidden = !fits;
        any ||= fits;
        shown += fits ? 1 : 0;
      }
      problem.hidden = !any;
    }
    told.textContent = risk.value || file.value ? `${shown} shown` : "All shown";
  };
  form.hidden = false;
  form.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(show));
  show();
})();
