// The editor in the colours of the page.

import { EditorView } from "../vendor/codemirror-6.43.15.js";

const field = { background: "var(--surface)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "4px" };

export const looks = EditorView.theme({
  "&": { height: "100%", background: "var(--surface)", color: "var(--text)", fontSize: "14px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace', lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { background: "var(--raised)", color: "var(--quiet)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-activeLineGutter": { background: "var(--line)", color: "var(--text)" },
  ".cm-activeLine": { background: "var(--lab-line)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { background: "var(--lab-chosen)" },
  ".cm-selectionMatch": { background: "var(--lab-match)" },
  ".cm-searchMatch": { background: "var(--note-ground)", outline: "1px solid var(--focus)" },
  ".cm-searchMatch-selected": { background: "var(--lab-chosen)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--lab-match)", outline: "1px solid var(--line)" },
  ".cm-placeholder": { color: "var(--quiet)" },
  ".cm-panels": { background: "var(--raised)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panel.cm-search": { padding: "6px 34px 6px 8px", fontSize: "14px" },
  ".cm-panel.cm-search label": { color: "var(--text)", fontWeight: "400", fontSize: "14px" },
  ".cm-panel.cm-search input[type=checkbox]": { width: "15px", height: "15px", margin: "0 4px 0 6px", verticalAlign: "-2px" },
  ".cm-panel.cm-search :is(.cm-textfield, .cm-button)": { fontSize: "14px", padding: "2px 8px" },
  ".cm-textfield": field,
  ".cm-button": { ...field, backgroundImage: "none", cursor: "pointer" },
  ".cm-panel.cm-search [name=close]": { color: "var(--text)" },
  ".cm-tooltip": { background: "var(--surface)", color: "var(--text)", border: "1px solid var(--line)", borderRadius: "6px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: ".8", marginLeft: "1em" },
  ".cm-diagnostic": { color: "var(--text)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--danger)", textUnderlineOffset: "3px" },
});
