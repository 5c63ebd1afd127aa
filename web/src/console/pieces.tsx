// What pages are made of: a frame with a title, tables, fields, badges, dialogs.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { useShared } from "./context.ts";
import { type Action, Notice } from "./load.tsx";

/** A page's frame. `aside` stands beside the title: filters, or the one thing to do here. */
export function Page({
  title,
  lead,
  aside,
  children,
}: {
  title: string;
  lead?: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="page" aria-labelledby="title">
      <div class="page-head">
        <div>
          <h1 id="title" tabIndex={-1}>
            {title}
          </h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {aside && <div class="aside">{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** A card with a title of its own. */
export function Card({ title, children }: { title?: string; children: ComponentChildren }) {
  return (
    <div class="card">
      {title && <h2>{title}</h2>}
      {children}
    </div>
  );
}

/** Nothing is there, said plainly. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A column of a table. */
export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  /** Numbers stand to the right, under each other. */
  number?: boolean;
}

/** A table; on a phone each row is a card. `name` is read to who cannot see it. */
export function Table<T>({
  name,
  columns,
  rows,
  rowKey,
  foot,
}: {
  name: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string | number;
  foot?: ComponentChildren[];
}) {
  // Roles are said because a phone's layout takes the table's own away.
  const kind = (column: Column<T>) => (column.number ? "number" : undefined);
  return (
    <table role="table" aria-label={name}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.head} role="columnheader" scope="col" class={kind(column)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={rowKey(row)} role="row">
            {columns.map((column) => (
              <td key={column.head} role="cell" data-head={column.head} class={kind(column)}>
                <div>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      {foot && (
        <tfoot role="rowgroup">
          <tr role="row">
            {columns.map((column, place) => (
              <td key={column.head} role="cell" data-head={column.head} class={kind(column)}>
                <div>{foot[place]}</div>
              </td>
            ))}
          </tr>
        </tfoot>
      )}
    </table>
  );
}

/** How something stands; its word tells, the color only helps. */
export type Tone = "good" | "wait" | "bad" | "calm";

export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** A number worth looking at. */
export function Figure({ name, value, note, tone }: { name: string; value: string; note?: string; tone?: Tone }) {
  return (
    <div class={`figure ${tone ?? ""}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {note && <dd class="note">{note}</dd>}
    </div>
  );
}

/** Figures beside each other. */
export function Figures({ children }: { children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

/** A field with its label. */
export function Field({
  label,
  hint,
  fault,
  children,
}: {
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
  children: (props: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean }) => ComponentChildren;
}) {
  const id = useId();
  const said = fault ?? hint;
  const props = { id, "aria-describedby": said ? `${id}-said` : undefined, "aria-invalid": fault !== undefined };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(props)}
      {said && (
        <p id={`${id}-said`} class={fault ? "fault" : "hint"}>
          {said}
        </p>
      )}
    </div>
  );
}

interface TextProps {
  label: string;
  hint?: string;
  fault?: string | undefined;
  value: string;
  set(value: string): void;
  type?: "text" | "password" | "date" | "datetime-local";
  required?: boolean;
  max?: string;
  maxLength?: number;
  inputMode?: "decimal" | "numeric";
  pattern?: string;
  autocomplete?: "username" | "current-password";
}

/** A line of text, a number, a day: whatever an input takes. */
export function TextField({ label, hint, fault, set, type = "text", ...more }: TextProps) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(props) => (
        // Preact tells the kinds of input apart by this one word; all of ours take these attributes.
        <input {...props} {...more} type={type as "text"} onInput={(event) => set(event.currentTarget.value)} />
      )}
    </Field>
  );
}

/** A reason in 1 to 500 characters. */
export function ReasonField({ label, hint, value, set }: Pick<TextProps, "label" | "hint" | "value" | "set">) {
  return (
    <Field label={label} hint={hint}>
      {(props) => (
        <textarea
          {...props}
          required
          maxLength={500}
          rows={3}
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** One of several. */
export function Choice<T extends string | number>({
  label,
  value,
  of,
  choose,
}: {
  label: string;
  value: T;
  of: { value: T; name: string }[];
  choose: (value: T) => void;
}) {
  const chosen = (text: string) => {
    const found = of.find((one) => String(one.value) === text);
    if (found) {
      choose(found.value);
    }
  };
  return (
    <Field label={label}>
      {(props) => (
        <select {...props} value={String(value)} onChange={(event) => chosen(event.currentTarget.value)}>
          {of.map((one) => (
            <option key={one.value} value={String(one.value)}>
              {one.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** A dialog that asks before something is done. `act` gives whether it was done. One that tells what
 * came of it, and may do it again, is `told`. */
export function Dialog({
  title,
  action,
  confirm,
  danger,
  told,
  act,
  close,
  children,
}: {
  title: string;
  action: Action;
  confirm: string;
  danger?: boolean;
  told?: boolean;
  act: () => Promise<boolean>;
  close: () => void;
  children?: ComponentChildren;
}) {
  const { say } = useShared();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const submitted = async (event: Event) => {
    event.preventDefault();
    if (await act()) {
      close();
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={close}>
      <form onSubmit={submitted}>
        <h2 id={id}>{title}</h2>
        {children}
        <Notice fault={action.fault} />
        <div class="buttons">
          <button type="button" class="quiet" onClick={close}>
            {say(told ? "close" : "cancel")}
          </button>
          <button type="submit" class={danger ? "danger" : ""} disabled={action.busy}>
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
