// Passkeys: a form with data-passkey asks the server there what is to be signed, lets the browser's own device sign it, and sends what
// came of it as a form, so that the page that follows is the server's. Without this the form stays hidden, and the other ways are there.
"use strict";
(function () {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  function bytes(text) {
    return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), function (c) { return c.charCodeAt(0); });
  }
  function text(buffer) {
    var s = "";
    new Uint8Array(buffer).forEach(function (b) { s += String.fromCharCode(b); });
    return btoa(s).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function named(list) { return (list || []).map(function (k) { return Object.assign({}, k, { id: bytes(k.id) }); }); }
  function sign(ask) {
    var o = ask.publicKey;
    o.challenge = bytes(o.challenge);
    if (o.user) {
      o.user.id = bytes(o.user.id);
      o.excludeCredentials = named(o.excludeCredentials);
      return navigator.credentials.create({ publicKey: o });
    }
    o.allowCredentials = named(o.allowCredentials);
    return navigator.credentials.get({ publicKey: o });
  }
  function answer(made) {
    var r = made.response, out = { clientDataJSON: text(r.clientDataJSON) };
    if (r.attestationObject) {
      out.attestationObject = text(r.attestationObject);
      out.transports = r.getTransports ? r.getTransports() : [];
    } else {
      out.authenticatorData = text(r.authenticatorData);
      out.signature = text(r.signature);
      if (r.userHandle) out.userHandle = text(r.userHandle);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response: out, clientExtensionResults: {} });
  }
  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var wrong = form.querySelector("[role=alert]"), button = form.querySelector("button");
    form.hidden = false;
    form.addEventListener("submit", function (e) {
      e.preventDefault();
      wrong.hidden = true;
      button.disabled = true;
      fetch(form.dataset.passkey, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" }).then(function (r) {
        if (!/json/.test(r.headers.get("Content-Type"))) { location.href = r.url; return new Promise(function () {}); }
        return r.json();
      }).then(function (ask) {
        if (ask.error) throw { said: ask.error };
        return sign(ask);
      }).then(function (made) {
        form.elements.credential.value = answer(made);
        if (form.elements.password) form.elements.password.disabled = true; // it was looked at already
        form.submit();
      }).catch(function (err) {
        wrong.textContent = err.said || form.dataset[{ SecurityError: "elsewhere", InvalidStateError: "there" }[err.name]] || form.dataset.cancelled;
        wrong.hidden = false;
        button.disabled = false;
      });
    });
  });
})();
