// What people did: who, what, about whom, when and why.

import { useState } from "preact/hooks";

import { time } from "../../language.ts";
import { type DeedView, call } from "../api.ts";
import { useShared } from "../context.ts";
import { Loaded, Notice, useAction, useLoad } from "../load.tsx";
import { Empty, Field, Page, Table } from "../pieces.tsx";
import { type Say, findWord } from "../words.ts";

export function TrailPage() {
  const { say, language } = useShared();
  const [rider, setRider] = useState("");
  const [earlier, setEarlier] = useState<{ lines: DeedView[]; next: number | null | undefined }>();
  const asked = /^[0-9a-f]{16}$/.test(rider) ? rider : undefined;
  const ask = (before?: number) =>
    call("GET /v1/trail", { params: { ...(asked && { rider: asked }), ...(before && { before }) } });
  const newest = useLoad(() => ask(), [asked]);
  const action = useAction();
  const more = (before: number) =>
    action.run(async () => {
      const page = await ask(before);
      setEarlier({ lines: [...(earlier?.lines ?? []), ...page.lines], next: page.next });
    });
  const aside = (
    <Field label={say("trail_of_rider")}>
      {(props) => (
        <input
          {...props}
          class="mono"
          value={rider}
          size={18}
          onInput={(event) => {
            setRider(event.currentTarget.value.trim());
            setEarlier(undefined);
          }}
        />
      )}
    </Field>
  );
  return (
    <Page title={say("trail")} lead={say("trail_lead")} aside={aside}>
      <Loaded of={newest}>
        {({ lines, next }) => {
          const rows = [...lines, ...(earlier?.lines ?? [])];
          const before = earlier ? earlier.next : next;
          return rows.length === 0 ? (
            <Empty>{say("trail_none")}</Empty>
          ) : (
            <>
              <Table
                name={say("trail")}
                rows={rows}
                rowKey={({ number }) => number}
                columns={[
                  { head: say("trail_when"), cell: ({ at }) => time(language, at) },
                  { head: say("trail_who"), cell: ({ author }) => <strong>{author}</strong> },
                  {
                    head: say("trail_what"),
                    cell: ({ kind }) => {
                      const word = findWord(`deed_${kind}`);
                      return word ? say(word) : kind;
                    },
                  },
                  { head: say("trail_about"), cell: (deed) => <span class="mono">{about(say, deed)}</span> },
                  { head: say("reason"), cell: ({ reason }) => reason },
                ]}
              />
              <Notice fault={action.fault} />
              {before && (
                <div class="buttons">
                  <button type="button" class="quiet" disabled={action.busy} onClick={() => more(before)}>
                    {say("trail_earlier")}
                  </button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function about(say: Say, { kind, rider, device, tap, validator }: DeedView): string {
  const parts = [
    rider && say("trail_rider", { n: rider }),
    device && say("trail_device", { n: device }),
    tap && say("trail_tap", { n: tap }),
    validator && say("trail_validator", { n: validator }),
  ];
  const said = parts.filter(Boolean).join(" · ");
  return said || (kind === "looked_up" ? say("trail_nobody") : "");
}
