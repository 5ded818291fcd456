// A security key at work: allauth's functions talk to it, this says on the page what goes wrong and what is awaited.

const notice = document.getElementById("key-notice");
const button = notice && document.getElementById(notice.dataset.button);
const SAID = { NotAllowedError: "refused", AbortError: "refused", InvalidStateError: "known", SecurityError: "host" };

function say(name, tone) {
  notice.querySelector("p").textContent = notice.dataset["say" + name[0].toUpperCase() + name.slice(1)];
  notice.className = "notice " + tone;
  notice.hidden = false;
}

if (button) {
  if (!window.PublicKeyCredential) {
    say("unsupported", "urgent");
    button.disabled = true;
  } else {
    const ids = { data: "key-data", credential: notice.dataset.credential, add: button.id, authenticate: button.id };
    button.addEventListener("click", () => say("waiting", "accent")); // first: the refusal may be immediate
    window.allauth.webauthn.forms[notice.dataset.securityKey]({ ids });
    document.addEventListener("allauth.error", (event) => {
      event.preventDefault(); // said here, not in the console
      say(SAID[event.detail.exception?.name] || "failed", "urgent");
    });
  }
}
