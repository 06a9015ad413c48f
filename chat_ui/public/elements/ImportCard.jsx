import { useState } from "react"
import { Button } from "@/components/ui/button"
import { FileSpreadsheet, Upload } from "lucide-react"

// A dropped contact file: what an import would do, and the button that does it.
export default function ImportCard() {
  const [busy, setBusy] = useState(false)
  const [note, setNote] = useState("")
  const report = props.report
  const numbers = [
    [report.rows, "rows"], [report.created, "new"], [report.updated, "changed"],
    [report.duplicates, "duplicates"], [report.problems, "problems"]
  ]

  const take = async () => {
    setBusy(true)
    setNote("")
    try {
      const told = (await callAction({ name: "Import", payload: { file: props.file } })).response
      if (told && told.ok) await updateElement({ ...props, report: told.report, done: true })
      else setNote(told ? told.message : "The click did not arrive; sign in again and try once more.")
    } catch (error) {
      setNote("The click did not arrive; reload the page and try once more.")
    }
    setBusy(false)
  }

  return (
    <section className="rm-card" data-testid="import-card" aria-label={`Import of ${props.name}`}>
      <header>
        <FileSpreadsheet size={18} />
        <h3>{props.name}</h3>
        <span className={`rm-tag ${props.done ? "rm-tag-approved" : ""}`}>{props.done ? "imported" : "tried out, nothing written"}</span>
      </header>
      <div className="rm-facts">{numbers.map(([count, word]) => <span key={word}><b>{count}</b> {word}</span>)}</div>
      {report.mapping && report.mapping.length ? (
        <table className="rm-table">
          <thead><tr><th>Column</th><th>is read as</th></tr></thead>
          <tbody>
            {report.mapping.map((one) => (
              <tr key={one.column}><td>{one.column}</td><td>{one.field || "kept as a note"}</td></tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {report.errors && report.errors.length ? (
        <div className="rm-sources">
          <div className="rm-label">Problems</div>
          <ul>{report.errors.map((one, number) => <li key={number}>{one.message.startsWith("Row ") ? one.message : `Row ${one.row}: ${one.message}`}</li>)}</ul>
          {report.problems > report.errors.length ? <span className="rm-muted">… and {report.problems - report.errors.length} more</span> : null}
        </div>
      ) : null}
      {note ? <div className="rm-note" role="alert">{note}</div> : null}
      {props.done ? (
        <p className="rm-muted">Batch {report.batch_id}. It can be undone: <code>rainmaker undo {report.batch_id}</code></p>
      ) : (
        <div className="rm-buttons"><Button size="sm" disabled={busy} onClick={take}><Upload /> Import {report.rows} rows</Button></div>
      )}
    </section>
  )
}
