// Shows the document that lies beside the folder of this script.
const address = new URL("../api/openapi.json", document.currentScript.src);

window.page = SwaggerUIBundle({
  url: address.href,
  dom_id: "#page",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  layout: "BaseLayout",
  presets: [SwaggerUIBundle.presets.apis],
  tryItOutEnabled: true,
  // Nothing is asked of anybody else, and no token outlives the page.
  persistAuthorization: false,
  validatorUrl: null,
});
