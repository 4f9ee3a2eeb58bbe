// Keys for people who work here all day. Nothing needs them: every one is a link on the page.
"use strict";
document.addEventListener("keydown", function (e) {
  if (e.isComposing) return; // the key is the input method's
  if (e.key === "Escape") {
    // What was unfolded is folded again, and whoever has no mouse stands where they unfolded it.
    var open = e.target.closest && e.target.closest("details[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); e.preventDefault(); }
    return;
  }
  if (document.body.dataset.keys === "off") return; // whoever speaks to their computer, or hits a key by chance, turns them off (WCAG 2.1.4)
  var in_field = /^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(e.target.tagName) || e.target.isContentEditable;
  if (e.ctrlKey || e.metaKey || e.altKey || in_field) return;
  if (e.key === "/") {
    var field = document.querySelector("input[type=search], main input[type=text]");
    if (field) { e.preventDefault(); field.focus(); }
    return;
  }
  var rows = Array.prototype.slice.call(document.querySelectorAll("[data-row]"));
  if ((e.key === "j" || e.key === "k") && rows.length) {
    var at = rows.indexOf(document.activeElement) + (e.key === "j" ? 1 : -1);
    rows[Math.max(0, Math.min(rows.length - 1, at))].focus();
    e.preventDefault();
    return;
  }
  var to = document.querySelector('a[data-key="' + (/^[a-z]$/.test(e.key) ? e.key : "") + '"]');
  if (to) { e.preventDefault(); to.click(); }
});
// A draft is checked while it is typed: the page's own answer to "check" is asked for, and what it says of the text is shown. Without
// this the button does it.
document.querySelectorAll("form[data-live]").forEach(function (form) {
  var later, asked = 0;
  form.addEventListener("input", function () {
    clearTimeout(later);
    later = setTimeout(function () {
      var data = new URLSearchParams(new FormData(form)), mine = ++asked;
      data.set("do", "check");
      data.set("live", "1"); // only what is said of the text is wanted
      fetch(form.action, { method: "POST", body: data, credentials: "same-origin" }).then(function (r) { return r.ok ? r.text() : ""; }).then(function (text) {
        var is = text && mine === asked && new DOMParser().parseFromString(text, "text/html").getElementById(form.dataset.live);
        if (is) document.getElementById(form.dataset.live).replaceWith(document.adoptNode(is));
      }).catch(function () {});
    }, 500);
  });
});
