// The board: asks the market every second what is new and puts it into the page. Markup comes from the market, escaped.
"use strict";
(() => {
  const state = () => document.getElementById("state")
  if (!state()) return
  const PULSE = 1000, STAYS = 8000 // milliseconds
  const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  const known = new Map() // markup by id, as it came
  let seen = "", asked = performance.now(), saidAt = 0, asking = null

  document.querySelectorAll("[data-keyed] > *").forEach((one) => known.set(one.id, one.outerHTML))

  function tick() {
    const { now, speed } = state().dataset
    const at = new Date(Date.parse(now) + (performance.now() - asked) * Number(speed))
    const two = (number) => String(number).padStart(2, "0")
    document.getElementById("clock").textContent =
      `${days[at.getUTCDay()]} ${at.getUTCDate()} ${months[at.getUTCMonth()]} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
  }

  function putList(list, fresh) {
    const wanted = new Set([...fresh.children].map((one) => one.id))
    ;[...list.children].forEach((one) => { if (!wanted.has(one.id)) { known.delete(one.id); one.remove() } })
    let place = list.firstElementChild
    for (const one of [...fresh.children]) {
      const markup = one.outerHTML, old = document.getElementById(one.id)
      const busy = old && (old.querySelector("details[open]") || old.contains(document.activeElement))
      let kept = old
      if (!old || (known.get(one.id) !== markup && !busy)) {
        kept = one
        if (old) { if (place === old) place = old.nextElementSibling; old.remove() } else one.classList.add("fresh")
        known.set(one.id, markup)
      }
      if (kept === place) place = place.nextElementSibling
      else list.insertBefore(kept, place)
    }
  }

  function put(markup) {
    const fresh = document.createElement("template")
    fresh.innerHTML = markup
    for (const part of fresh.content.querySelectorAll("[data-part]")) {
      const old = document.getElementById(part.id)
      if (part.id === "notice") {
        if (part.textContent.trim()) { old.replaceChildren(...part.children); saidAt = performance.now() }
        else if (performance.now() - saidAt > STAYS) old.replaceChildren()
      } else if ("keyed" in part.dataset) putList(old, part)
      else if (old.outerHTML !== part.outerHTML) old.replaceWith(part)
    }
    const toggle = document.getElementById("toggle"), running = Boolean(state().dataset.running)
    toggle.value = running ? "pause" : "go_on"
    toggle.textContent = running ? "Pause" : "Go on"
    const chosen = Number(state().dataset.chosen)
    document.querySelectorAll('[name="speed"]').forEach((one) =>
      one.setAttribute("aria-pressed", String(Number(one.value) === chosen)))
  }

  async function refresh() {
    const answer = await fetch(`/board/parts?seen=${seen}`, { cache: "no-store" })
    if (answer.status === 403) return location.reload()
    if (!answer.ok) return lost()
    const markup = await answer.text()
    seen = answer.headers.get("X-Seen") || ""
    asked = performance.now()
    put(markup)
    tick()
  }

  function once() {
    asking ||= refresh().catch(() => lost()).finally(() => { asking = null })
    return asking
  }

  function lost() {
    const told = document.createElement("div")
    told.className = "note bad"
    told.textContent = "The market does not answer. If the demo has ended, start it again."
    document.getElementById("notice").replaceChildren(told)
    saidAt = performance.now() - STAYS // the next answer takes it away
    state().dataset.speed = "0"
  }

  async function send(form, button) {
    const body = new URLSearchParams(new FormData(form, button))
    button.setAttribute("aria-busy", "true")
    try {
      await fetch(form.action, { method: "POST", body, redirect: "manual" })
      await asking
      await once()
    } catch { lost() }
    button.removeAttribute("aria-busy")
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".acts")) return
    event.preventDefault()
    if (!event.submitter.hasAttribute("aria-busy")) send(event.target, event.submitter)
  })
  document.addEventListener("toggle", async (event) => {
    const box = event.target
    if (!box.open || !box.dataset?.text || box.dataset.read) return
    box.dataset.read = "yes"
    const answer = await fetch(box.dataset.text).catch(() => null)
    const text = answer ? await answer.text() : "The market does not answer."
    box.querySelector("pre").textContent = text
  }, true)

  setInterval(tick, 200)
  setInterval(() => { if (!document.hidden) once() }, PULSE)
  document.addEventListener("visibilitychange", () => { if (!document.hidden) once() })
})()
