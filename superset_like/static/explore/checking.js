// Which of the expressions that people wrote into the form is wrong.

import { listed } from "/chart_types/base.js";
import { send } from "../session.js";
import { controlsOf } from "./forms.js";

const KINDS = { metric: "metric", metrics: "metric", column: "column", columns: "column" };

// {field: [texts]} of the expressions that the server finds fault with; empty for who may not have them checked.
export async function checked(state) {
  if (!state.known.mayCheck) return {};
  const found = {};
  await Promise.all(
    written(state).map(async ([name, type, expression]) => {
      const path = `/api/v1/datasource/table/${state.dataset.id}/validate_expression/`;
      const { result } = await send("POST", path, { expression, expression_type: type }).catch(() => ({ result: [] }));
      if (result.length) found[name] = [`${expression}: ${result[0].message}`];
    }),
  );
  return found;
}

function written(state) {
  return controlsOf(state.form).flatMap((control) =>
    listed(state.formData[control.name])
      .filter((each) => each && typeof each === "object" && each.sqlExpression)
      .map((each) => [control.name, control.kind === "filters" ? String(each.clause || "where").toLowerCase() : KINDS[control.kind], each.sqlExpression])
      .filter(([, type]) => type),
  );
}
