// What the SQL editor takes of CodeMirror; README.md says how the file beside it is made of this.
export { Compartment, EditorState } from "@codemirror/state";
export { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
export { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
export { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
export { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
export { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
export { lintKeymap, setDiagnostics } from "@codemirror/lint";
export { MSSQL, MySQL, PLSQL, PostgreSQL, SQLite, StandardSQL, keywordCompletionSource, schemaCompletionSource, sql } from "@codemirror/lang-sql";
export { tags } from "@lezer/highlight";
