// The text of a tab, with all that an editor of SQL should do.

import {
  Compartment, EditorState, EditorView, HighlightStyle, MSSQL, MySQL, PLSQL, PostgreSQL, SQLite, StandardSQL, acceptCompletion,
  autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, defaultKeymap, drawSelection,
  highlightActiveLine, highlightActiveLineGutter, highlightSelectionMatches, highlightSpecialChars, history, historyKeymap,
  indentOnInput, indentWithTab, keymap, keywordCompletionSource, lineNumbers, lintKeymap, placeholder, search, searchKeymap,
  setDiagnostics, sql, syntaxHighlighting, tags,
} from "../vendor/codemirror-6.43.15.js";
import { looks } from "./editor_looks.js";

const DIALECTS = {
  mysql: MySQL, mariadb: MySQL, sqlite: SQLite, mssql: MSSQL, oracle: PLSQL, postgresql: PostgreSQL, redshift: PostgreSQL, duckdb: PostgreSQL,
};

const dialectOf = (backend) => DIALECTS[backend] ?? StandardSQL;

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, class: "sql-keyword" },
    { tag: [tags.string, tags.special(tags.string)], class: "sql-text" },
    { tag: [tags.number, tags.bool, tags.null], class: "sql-number" },
    { tag: tags.comment, class: "sql-comment" },
    { tag: [tags.typeName, tags.standard(tags.name)], class: "sql-type" },
  ]),
);

export class Editor {
  // changed(text), selected(isSome), run(), save(): what the page does then. sources: completions, asked at each word.
  constructor(parent, { changed, selected, run, save, sources }) {
    this.states = new Map();
    this.dialect = new Compartment();
    this.sources = sources;
    this.selected = selected;
    const own = [
      { key: "Mod-Enter", run: () => (run(), true), preventDefault: true },
      { key: "Shift-Enter", run: () => (run(), true) },
      { key: "Mod-s", run: () => (save(), true), preventDefault: true },
      // Before the keys that indent; Escape first, then Tab, leaves the editor.
      { key: "Tab", run: acceptCompletion },
    ];
    // The page's policy lets no other style element in.
    const bearer = EditorView.cspNonce.of(document.querySelector("script[nonce]")?.nonce ?? "");
    this.common = [
      bearer, lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(),
      indentOnInput(), bracketMatching(), closeBrackets(), highlightSelectionMatches(), search({ top: true }), colours, looks,
      placeholder("SELECT …"),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "SQL" }),
      keymap.of([
        ...own, ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.doc.toString());
        if (update.selectionSet || update.docChanged) selected(!update.state.selection.main.empty);
      }),
    ];
    this.view = new EditorView({ parent, extensions: bearer });
  }

  // The tab's text, with its own history of changes.
  show(tab, backend) {
    if (this.shown !== undefined) this.states.set(this.shown, this.view.state);
    this.shown = tab.id;
    const kept = this.states.get(tab.id);
    this.view.setState(kept ?? EditorState.create({ doc: tab.sql, extensions: [this.common, this.dialect.of(this.#language(backend))] }));
    this.speak(backend);
    // Nothing listens to a state that is put in place of another.
    this.selected(!this.view.state.selection.main.empty);
  }

  // The tab's text was changed elsewhere.
  take(tab) {
    if (this.shown !== tab.id) this.states.delete(tab.id);
    else if (this.text !== tab.sql) this.replace(tab.sql);
  }

  forget(tab) {
    this.states.delete(tab.id);
    if (this.shown === tab.id) this.shown = undefined;
  }

  // From now on it is SQL of this engine.
  speak(backend) {
    this.view.dispatch({ effects: this.dialect.reconfigure(this.#language(backend)) });
  }

  #language(backend) {
    const dialect = dialectOf(backend);
    const keywords = keywordCompletionSource(dialect, true);
    return [sql({ dialect, upperCaseKeywords: true }), autocompletion({ icons: false, override: [(context) => this.sources(context, dialect), keywords] })];
  }

  get text() {
    return this.view.state.doc.toString();
  }

  // The list of completions is closed.
  quiet() {
    closeCompletion(this.view);
  }

  // What is to be run: {sql, from}; the selection, else all.
  wanted() {
    const { main } = this.view.state.selection;
    return main.empty ? { sql: this.text, from: 0 } : { sql: this.view.state.sliceDoc(main.from, main.to), from: main.from };
  }

  replace(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, userEvent: "input" });
  }

  insert(text) {
    const { main } = this.view.state.selection;
    const before = this.view.state.sliceDoc(Math.max(0, main.from - 1), main.from);
    const put = before && /[\w"`\]]$/.test(before) ? ` ${text}` : text;
    this.view.dispatch({
      changes: { from: main.from, to: main.to, insert: put },
      selection: { anchor: main.from + put.length },
      scrollIntoView: true,
      userEvent: "input.paste",
    });
    this.view.focus();
  }

  // Marks a mistake. where: {line, column, near} from 1, in a text that begins at `from`; without it marks go.
  blame(message, where, from = 0) {
    const at = where ? this.#offset(where, from) : undefined;
    const { state } = this.view;
    const diagnostics = at === undefined || at > state.doc.length ? [] : [{ ...this.#span(at, where.near), severity: "error", message }];
    this.view.dispatch(setDiagnostics(state, diagnostics));
    return diagnostics[0]?.from;
  }

  #offset({ line, column }, from) {
    const { doc } = this.view.state;
    if (from > doc.length || !(line > 0)) return undefined;
    const first = doc.lineAt(from);
    const number = first.number + line - 1;
    if (number > doc.lines) return undefined;
    const base = line === 1 ? from : doc.line(number).from;
    return Math.min(base + Math.max(0, column - 1), doc.line(number).to);
  }

  // The mark covers what the database stumbled over, which may end or begin where it says.
  #span(at, near) {
    const { doc } = this.view.state;
    const text = near || "";
    const start = [at, at - text.length, at - text.length + 1].find((each) => text && each >= 0 && doc.sliceString(each, each + text.length) === text);
    const from = start ?? Math.max(0, Math.min(at, doc.length - 1));
    return { from, to: Math.min(doc.length, from + Math.max(1, start === undefined ? 1 : text.length)) };
  }

  goTo(at) {
    this.view.dispatch({ selection: { anchor: Math.min(at, this.view.state.doc.length) }, scrollIntoView: true });
    this.view.focus();
  }

  focus() {
    this.view.focus();
  }
}
