// The line at the top of every page: sandbox, what thinks, whether sending is stopped. Text only.
// And one repair of the page itself, below.
(function () {
  const base = document.querySelector('meta[property="og:root_path"]')?.content || "/chat"
  const bar = document.createElement("div")
  bar.id = "rainmaker-banner"
  bar.setAttribute("role", "status")

  function part(kind, strong, text) {
    const span = document.createElement("span")
    span.className = kind
    const head = document.createElement("b")
    head.textContent = strong
    span.append(head, text ? " " + text : "")
    return span
  }

  function measure() {
    const height = bar.childNodes.length ? bar.offsetHeight : 0
    document.documentElement.style.setProperty("--rm-banner", height + "px")
  }

  async function refresh() {
    try {
      const told = await (await fetch(base + "/banner", { cache: "no-store" })).json()
      const parts = []
      if (told.stopped) parts.push(part("stopped", "Sending is stopped.", "An owner can let it go on with /resume."))
      if (told.sandbox) parts.push(part("sandbox", "Sandbox", "– nothing leaves this machine."))
      if (told.offline) parts.push(part("offline", "Offline language", "– " + told.limits))
      bar.replaceChildren(...parts)
      bar.title = told.offline ? told.limits : ""
    } catch (error) {
      bar.replaceChildren(part("stopped", "The service does not answer.", ""))
    }
    measure()
  }

  // Chainlit's page opens two connections when a stored conversation is loaded; when they overtake each other,
  // the one that survives is a new conversation and the page waits for ever. Then loading again is the cure.
  window.addEventListener("message", (event) => {
    if (event.source === window && event.data === "rainmaker:look-again") refresh()
    if (event.source !== window || event.data !== "rainmaker:new-conversation") return
    setTimeout(() => {
      const waiting = /\/thread\/[^/]+$/.test(location.pathname) && !document.getElementById("chat-input")
      if (waiting) location.reload()
    }, 2500)
  })

  document.addEventListener("DOMContentLoaded", start)
  if (document.readyState !== "loading") start()
  function start() {
    if (bar.isConnected) return
    document.body.prepend(bar)
    refresh()
    setInterval(() => { if (!document.hidden) refresh() }, 20000)
    window.addEventListener("resize", measure)
    // on a phone the line is cut; a tap shows all of it
    bar.addEventListener("click", () => { bar.classList.toggle("whole"); measure() })
  }
})()
