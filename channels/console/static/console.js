// Comfort for the grid: add rows in place, mark changed cells, find rows, keys. Everything works without it.
(function () {
  "use strict"
  const form = document.getElementById("grid")
  if (!form) return
  const body = form.querySelector("tbody")
  const told = document.getElementById("changed")
  let leaving = false

  const isCell = (cell) => cell.name && cell.name.startsWith("row-")
  function isChanged(cell) {
    if (cell.type === "checkbox") return cell.checked !== cell.defaultChecked
    if (cell.tagName === "SELECT") return [...cell.options].some((one) => one.selected !== one.defaultSelected)
    return cell.value !== cell.defaultValue
  }

  function count() {
    const changed = form.querySelectorAll(".changed").length + form.querySelectorAll("tr.new").length
    told.textContent = changed ? changed + (changed === 1 ? " change" : " changes") + " not saved" : ""
    return changed
  }

  function mark(cell) {
    if (cell.hasAttribute("data-not-a-cell") || cell.type === "hidden" || cell.tagName === "BUTTON") return
    cell.classList.toggle("changed", isChanged(cell))
    if (cell.name.endsWith("-level")) cell.dataset.level = cell.value
    if (cell.name.endsWith("-remove")) cell.closest("tr").classList.toggle("going", cell.checked)
    const row = cell.closest("tr")
    if (row) summarize(row)
    count()
  }

  function summarize(row) {
    const out = row.querySelector(".when-words")
    const value = (name) => row.querySelector('[name$="-' + name + '"]').value.trim()
    const parts = []
    const from = value("min_amount"), to = value("max_amount")
    if (from && to) parts.push("amount " + from + "–" + to)
    else if (from) parts.push("amount from " + from)
    else if (to) parts.push("amount to " + to)
    row.querySelectorAll(".conditions .chip input:checked").forEach((one) => parts.push(one.parentElement.textContent.trim()))
    if (value("when")) parts.push("condition")
    if (value("approvers") !== "1") parts.push(value("approvers") + " people")
    out.textContent = parts.join(" · ") || "always"
  }

  function addRow() {
    const numbers = [...body.rows].map((row) => Number(row.dataset.row))
    const number = Math.max(-1, ...numbers) + 1
    const taken = new Set([...body.querySelectorAll('[name$="-id"]')].map((cell) => cell.value))
    const made = document.getElementById("blank-row").content.cloneNode(true).querySelector("tr")
    made.id = "row-" + number
    made.dataset.row = String(number)
    made.classList.add("new")
    made.querySelectorAll("[name]").forEach((cell) => { cell.name = cell.name.replace("row-99999-", "row-" + number + "-") })
    let free = 1
    while (taken.has("R-" + String(free).padStart(2, "0"))) free += 1
    made.querySelector('[name$="-id"]').value = "R-" + String(free).padStart(2, "0")
    body.append(made)
    made.querySelector("textarea").focus()
    count()
  }

  function move(cell, step) {
    const column = cell.name.replace(/^row-\d+-/, "")
    let row = cell.closest("tr")
    do { row = step > 0 ? row.nextElementSibling : row.previousElementSibling } while (row && row.hidden)
    const next = row && row.querySelector('[name$="-' + column + '"]')
    if (next) next.focus()
  }

  form.addEventListener("input", (event) => mark(event.target))
  form.addEventListener("change", (event) => mark(event.target))
  form.addEventListener("submit", () => { leaving = true })
  document.getElementById("add-row").addEventListener("click", (event) => { event.preventDefault(); addRow() })
  form.addEventListener("keydown", (event) => {
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp") && isCell(event.target)) {
      event.preventDefault()
      move(event.target, event.key === "ArrowDown" ? 1 : -1)
    }
    // Enter in a field would save half a thought; in the grid it goes one row down.
    if (event.key === "Enter" && event.target.tagName === "INPUT" && event.target.type !== "file") {
      event.preventDefault()
      if (isCell(event.target)) move(event.target, 1)
    }
  })
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault()
      form.requestSubmit(form.querySelector('.savebar [value="save"]'))
    }
  })
  window.addEventListener("beforeunload", (event) => { if (!leaving && count()) event.preventDefault() })

  const find = document.getElementById("find")
  function textOf(row) {
    const cells = [...row.querySelectorAll("input:not([type=checkbox]), textarea")].map((one) => one.value)
    const chosen = [...row.querySelectorAll("select")].map((one) => one.selectedOptions[0]?.textContent || "")
    return cells.concat(chosen).join(" ").toLowerCase()
  }
  find.addEventListener("input", () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean)
    for (const row of body.rows) row.hidden = !words.every((word) => textOf(row).includes(word))
  })

  // What was typed before this ran, or what the browser brought back, is a change too.
  form.querySelectorAll("[name]").forEach((cell) => { if (isCell(cell) && isChanged(cell)) mark(cell) })
  form.querySelector('[aria-invalid="true"]')?.focus()
})()
