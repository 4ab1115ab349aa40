// htmx puts answers of the portal into the page as HTML. Texts that become scripts, or their addresses, are refused.
window.trustedTypes?.createPolicy("default", { createHTML: (text) => text });
