// Keys for people who work here all day. Nothing needs them: every one is a link on the page.
"use strict";
document.addEventListener("keydown", function (e) {
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
