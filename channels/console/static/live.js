// Keeps pages fresh: one stream says that something changed, and what the page marks as live is asked for anew.
(function () {
  "use strict"
  document.documentElement.classList.add("js")
  let source = null
  let again = 0

  function told() { window.htmx.trigger(document.body, "house") }

  function listen() {
    if (source || document.hidden) return
    source = new EventSource("/console/events")
    source.addEventListener("changed", told)
    source.addEventListener("error", () => {
      if (!source || source.readyState !== EventSource.CLOSED) return
      source = null
      again = window.setTimeout(listen, 5000)
    })
  }

  // A browser keeps few connections to one host: a page nobody looks at gives its own back.
  function rest() {
    window.clearTimeout(again)
    if (source) source.close()
    source = null
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return rest()
    listen()
    told()
  })
  window.addEventListener("pagehide", rest)

  // Never under somebody's hands: what is typed in or folded open stays as it is until the next change.
  function busy(part) {
    const held = document.activeElement
    const typing = held && part.contains(held) && held.matches("input, textarea, select")
    return typing || part.querySelector("details[open]") !== null
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt
    if (part.id === "live" && busy(part)) event.preventDefault()
  })

  // A part that could not be had says so in its place; the rest of the page stays.
  document.addEventListener("htmx:responseError", (event) => {
    const waits = event.detail.elt.querySelector(":scope > p.quiet")
    if (waits) waits.textContent = "This part cannot be shown now. Load the page again in a moment."
  })

  // The drawer of a phone closes by a tap beside it and by Escape.
  const more = document.querySelector(".bar .more")
  document.addEventListener("click", (event) => { if (more.open && !more.contains(event.target)) more.open = false })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return
    more.open = false
    more.querySelector("summary").focus()
  })

  listen()
})()
