import { useEffect, useRef, useState } from "react"
import { Button } from "@/components/ui/button"
import { Input } from "@/components/ui/input"
import { Textarea } from "@/components/ui/textarea"
import { Ban, Check, ChevronDown, ChevronRight, Clock, Mail, Pencil, ShieldAlert, X } from "lucide-react"

// One approval. It shows the state read from the service now, never a remembered one;
// every click goes to the service, which decides whether it may still happen.
const REFRESH_MS = 10000
const WORDS = { pending: "waiting", deferred: "for tomorrow", approved: "approved", rejected: "rejected", expired: "expired" }

function when(iso, now) {
  const hours = (new Date(iso) - new Date(now)) / 3600000
  if (hours <= 0) return "over"
  if (hours < 48) return `in ${Math.max(1, Math.round(hours))} h`
  return `in ${Math.round(hours / 24)} days`
}

function person(item) {
  return [item.name || item.account || item.recipient || item.reason, item.title].filter(Boolean).join(", ")
}

function below(item) {
  return item.name ? item.account : item.account ? item.recipient : ""
}

// many claims are said in the page's own words; then the quote alone is enough
function differs(claim) {
  const said = claim.text.replace(/^[“"]|[”"]$/g, "").replace(/…$/, "")
  return !claim.quote.startsWith(said)
}

function Sources({ claims }) {
  if (!claims || !claims.length) return null
  return (
    <div className="rm-sources">
      <div className="rm-label">What it rests on</div>
      <ul>
        {claims.map((claim, number) => (
          <li key={number}>
            {differs(claim) ? <span>{claim.text}</span> : null}
            <span className="rm-quote">“{claim.quote}”</span>
            {/^https?:/.test(claim.url) ? (
              <a href={claim.url} target="_blank" rel="noopener noreferrer">{claim.url}</a>
            ) : (
              <span className="rm-muted">{claim.url}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Editor({ item, busy, onSave, onCancel }) {
  const [subject, setSubject] = useState(item.subject)
  const [body, setBody] = useState(item.body)
  const leave = (event) => {
    if (event.key !== "Escape" || busy || subject !== item.subject || body !== item.body) return
    event.stopPropagation()
    onCancel()
  }
  return (
    <div className="rm-editor" onKeyDown={leave}>
      <label className="rm-label" htmlFor={`subject-${item.id}`}>Subject</label>
      <Input id={`subject-${item.id}`} value={subject} onChange={(e) => setSubject(e.target.value)} />
      <label className="rm-label" htmlFor={`body-${item.id}`}>Text</label>
      <Textarea id={`body-${item.id}`} rows={12} autoFocus value={body} onChange={(e) => setBody(e.target.value)} />
      <div className="rm-buttons">
        <Button size="sm" disabled={busy} onClick={() => onSave(subject, body)}>Save</Button>
        <Button size="sm" variant="ghost" disabled={busy} onClick={onCancel}>Cancel</Button>
        <span className="rm-muted">The new text is checked again and keeps waiting for you.</span>
      </div>
    </div>
  )
}

function Row({ item, open, editing, busy, canDecide, onToggle, onEdit, onCancel, onDecide, note, fresh }) {
  const waiting = item.state === "pending"
  const edited = (item.reason || "").startsWith("edited by")
  const isMail = item.subject !== undefined
  const place = useRef(null)
  const head = useRef(null)
  const seen = useRef({ open: open && !fresh, editing }) // an edited text is a new item, in the old one's place
  useEffect(() => {
    const before = seen.current
    seen.current = { open, editing }
    if (open && !before.open && place.current) place.current.scrollIntoView({ block: "nearest" })
    // the button that had the focus is gone; the keyboard goes on at this mail
    if (open && (!before.open || (before.editing && !editing)) && head.current) head.current.focus({ preventScroll: true })
  }, [open, editing])
  return (
    <li ref={place} className={`rm-row rm-${item.state}`} data-item={item.id} data-state={item.state}>
      <button ref={head} type="button" className="rm-rowhead" aria-expanded={open} onClick={onToggle}>
        {open ? <ChevronDown size={16} /> : <ChevronRight size={16} />}
        <span className="rm-who" title={item.recipient || ""}>
          <span className="rm-name">{person(item)}</span>
          {below(item) ? <span className="rm-muted">{below(item)}</span> : null}
        </span>
        <span className="rm-subject">{item.subject}</span>
        {edited && waiting ? <span className="rm-tag">edited</span> : null}
        {waiting ? null : (
          <span className={`rm-tag rm-tag-${item.state}`}>{WORDS[item.state] || item.state}{item.by ? ` by ${item.by}` : ""}</span>
        )}
      </button>
      {open ? (
        <div className="rm-mail">
          {editing ? (
            <Editor item={item} busy={busy} onCancel={onCancel} onSave={(subject, body) => onDecide("edit", { item: item.id, subject, body })} />
          ) : isMail ? (
            <>
              <div className="rm-line"><span className="rm-label">To</span>{item.recipient || "no address known"}</div>
              <div className="rm-line"><span className="rm-label">Subject</span><b>{item.subject}</b></div>
              <div className="rm-body">{item.body}</div>
              <Sources claims={item.claims} />
            </>
          ) : (
            <div className="rm-body">{item.reason}</div>
          )}
          {note ? <div className="rm-note" role="alert">{note}</div> : null}
          {canDecide && waiting && !editing ? (
            <div className="rm-buttons">
              <Button size="sm" disabled={busy} onClick={() => onDecide("approve", { items: [item.id] })}><Check /> Approve</Button>
              {isMail ? <Button size="sm" variant="outline" disabled={busy} onClick={onEdit}><Pencil /> Edit</Button> : null}
              <Button size="sm" variant="outline" disabled={busy} onClick={() => onDecide("reject", { items: [item.id] })}><X /> Reject</Button>
            </div>
          ) : null}
        </div>
      ) : null}
    </li>
  )
}

function Everything({ count, busy, onDecide }) {
  const [asking, setAsking] = useState("")
  const began = useRef(null)
  const back = () => { setAsking(""); setTimeout(() => began.current && began.current.focus()) }
  if (asking) {
    return (
      <div className="rm-buttons rm-confirm" role="alertdialog" aria-label={`Really ${asking}?`}
        onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); back() } }}>
        <span>{asking === "approve" ? `Send these ${count} mails exactly as they are?` : `Reject ${count}? Their drafts are dropped.`}</span>
        <Button size="sm" disabled={busy} variant={asking === "approve" ? "default" : "destructive"} onClick={() => { setAsking(""); onDecide(asking, { items: [] }) }}>
          {asking === "approve" ? "Yes, approve" : "Yes, reject"}
        </Button>
        <Button size="sm" variant="ghost" autoFocus disabled={busy} onClick={back}>Back</Button>
      </div>
    )
  }
  return (
    <div className="rm-buttons">
      <Button ref={began} size="sm" disabled={busy} onClick={() => setAsking("approve")}><Check /> Approve all {count}</Button>
      <Button size="sm" variant="outline" disabled={busy} onClick={() => setAsking("reject")}><Ban /> Reject all</Button>
    </div>
  )
}

export default function ApprovalCard() {
  const [approval, setApproval] = useState(null)
  const [problem, setProblem] = useState("")
  const [note, setNote] = useState({ item: "", text: "" })
  const [busy, setBusy] = useState(false)
  const [openId, setOpenId] = useState(undefined)
  const [editing, setEditing] = useState("")
  const [fresh, setFresh] = useState("")
  const quiet = useRef(false)
  const writing = approval !== null && approval.items.some((item) => item.id === editing && item.state === "pending")
  quiet.current = busy || writing || (approval !== null && approval.state !== "pending")

  const load = async () => {
    try {
      const answer = await apiClient.get(`/approvals/${encodeURIComponent(props.id)}`)
      const fresh = await answer.json()
      if (fresh.items) { setApproval(fresh); setProblem("") } else setProblem(fresh.title || "The approval could not be read.")
    } catch (error) {
      setProblem("The approval could not be read; is the service running?")
    }
  }

  useEffect(() => {
    load()
    const again = () => { if (!quiet.current && !document.hidden) load() }
    const timer = setInterval(again, REFRESH_MS)
    // somebody may have decided elsewhere while this page was out of sight
    document.addEventListener("visibilitychange", again)
    window.addEventListener("focus", again)
    return () => {
      clearInterval(timer)
      document.removeEventListener("visibilitychange", again)
      window.removeEventListener("focus", again)
    }
  }, [props.id])

  // after an edit stay with the mail, after a decision go on to the next one that waits
  const next = (told, item) => {
    if (told.item) return told.item
    const after = told.approval.items.slice(told.approval.items.findIndex((one) => one.id === item) + 1)
    const waiting = after.find((one) => one.state === "pending")
    return item && waiting ? waiting.id : ""
  }

  const onDecide = async (decision, details) => {
    setBusy(true)
    setNote({ item: "", text: "" })
    const item = details.item || (details.items && details.items[0]) || ""
    try {
      const answer = await callAction({ name: "Approvals", payload: { approval: props.id, decision, ...details } })
      const told = answer.response
      if (told && told.approval) setApproval(told.approval)
      if (!told) setNote({ item, text: "The click did not arrive; sign in again and try once more." })
      else if (!told.ok) setNote({ item, text: [told.message, told.hint].filter(Boolean).join(" ") })
      else if (decision === "always") setNote({ item: "", text: told.message })
      else { setEditing(""); setFresh(told.item || ""); setOpenId(next(told, item)) }
    } catch (error) {
      setNote({ item, text: "The click did not arrive; reload the page and try once more." })
    }
    setBusy(false)
  }

  if (!approval) {
    return <div className="rm-card" data-testid="approval-card">{problem || "Reading the approval …"}</div>
  }
  const items = approval.items
  const left = items.filter((item) => item.state === "pending")
  const first = left.length ? left[0] : items[0]
  const pending = approval.state === "pending"
  const open = openId === undefined ? (props.open && pending && first ? first.id : "") : openId
  const canDecide = pending && approval.may_decide
  const counts = ["approved", "rejected", "expired"].map((state) => [state, items.filter((i) => i.state === state).length]).filter(([, n]) => n)
  const toggle = (id) => { setOpenId(open === id ? "" : id); setEditing("") }

  return (
    <section className="rm-card" data-testid="approval-card" data-state={approval.state} aria-label={approval.summary}>
      <header>
        <Mail size={18} />
        <h3>{approval.summary}</h3>
        <span className={`rm-tag rm-tag-${approval.state}`} data-testid="approval-state">
          {pending ? `${left.length} of ${items.length} waiting` : `${WORDS[approval.state]}${approval.by ? ` by ${approval.by}` : ""}`}
        </span>
      </header>
      <div className="rm-facts">
        <span><ShieldAlert size={14} /> Risk {approval.risk} of 10</span>
        {pending ? <span><Clock size={14} /> Expires {when(approval.expires_at, approval.now)}</span> : null}
        {counts.map(([state, n]) => <span key={state}>{n} {state}</span>)}
      </div>
      <p className="rm-why"><span className="rm-label">Why you are asked</span> {approval.why}</p>
      {pending ? <p className="rm-why"><span className="rm-label">If ignored</span> {approval.if_ignored}</p> : null}
      {pending && approval.below ? <p className="rm-why rm-below"><span className="rm-label">Below every text</span> {approval.below}</p> : null}
      {pending && approval.needs > 1 ? (
        <p className="rm-why" data-testid="approval-votes"><span className="rm-label">Needs {approval.needs} people</span> {approval.agreed || "Nobody agreed yet."}{approval.you_agreed ? " Somebody else must agree too." : ""}</p>
      ) : null}
      {canDecide && left.length > 1 ? <Everything count={left.length} busy={busy} onDecide={onDecide} /> : null}
      {pending && !approval.may_decide ? <p className="rm-note">Your role may look, not decide.</p> : null}
      {note.text && !items.some((item) => item.id === note.item) ? <div className="rm-note" role="alert">{note.text}</div> : null}
      <ol className={items.length > 6 ? "rm-list rm-long" : "rm-list"}>
        {items.map((item) => (
          <Row key={item.id} item={item} open={open === item.id} editing={writing && editing === item.id} busy={busy} canDecide={canDecide} fresh={fresh === item.id}
            note={note.item === item.id ? note.text : ""} onToggle={() => toggle(item.id)}
            onEdit={() => { setOpenId(item.id); setEditing(item.id) }} onCancel={() => setEditing("")} onDecide={onDecide} />
        ))}
      </ol>
      {canDecide ? (
        <div className="rm-buttons">
          <Button size="sm" variant="link" disabled={busy} title="Drafts a policy row; an owner simulates and activates it" onClick={() => onDecide("always", {})}>Always allow this</Button>
        </div>
      ) : null}
      {problem ? <div className="rm-note">{problem}</div> : null}
    </section>
  )
}
