namespace SqlCluster.Server.WebUi;

/// <summary>How the pages look: system fonts, light and dark, wide and narrow, nothing fetched from elsewhere.</summary>
internal static class StyleSheet
{
    public const string Text = """
        :root {
          color-scheme: light dark;
          --ground: #f6f7f9; --sheet: #ffffff; --ink: #17202b; --soft: #5d6b7b; --line: #e3e7ec; --hover: #f8fafc;
          --accent: #2563eb; --accent-soft: #dbe7fe; --good: #15803d; --good-soft: #dcf5e5; --bad: #b91c1c; --bad-soft: #fde3e3; --warn: #a15c07; --warn-soft: #fdf0d5; --still: #64748b; --still-soft: #e8edf3;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #0e1319; --sheet: #161d26; --ink: #e4eaf1; --soft: #93a1b2; --line: #263140; --hover: #1b2430;
            --accent: #7aa7ff; --accent-soft: #1d3156; --good: #5fd08a; --good-soft: #153625; --bad: #ff8b8b; --bad-soft: #47201f; --warn: #f0b95b; --warn-soft: #3e2f14; --still: #9fb0c3; --still-soft: #263240;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
        a { color: var(--accent); text-decoration: none; }
        a:hover { text-decoration: underline; }
        header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 6px 14px; padding: 18px 28px 14px; background: var(--sheet); border-bottom: 1px solid var(--line); }
        header h1 { margin: 0; font-size: 19px; font-weight: 650; letter-spacing: -.01em; }
        header h1 a { color: inherit; }
        header .soft { margin-right: auto; }
        main { max-width: 1400px; margin: 0 auto; padding: 20px 28px 48px; }
        h2 { margin: 30px 0 10px; font-size: 15px; font-weight: 650; }
        h2 .soft { font-weight: 400; margin-left: 6px; }
        .soft { color: var(--soft); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: 12px; }
        .tile { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px 13px; }
        .tile b { display: block; font-size: 23px; font-weight: 600; line-height: 1.25; letter-spacing: -.02em; }
        .tile span { color: var(--soft); font-size: 12.5px; }
        .sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
        table { width: 100%; border-collapse: collapse; }
        th { text-align: left; font-weight: 500; font-size: 12px; color: var(--soft); padding: 9px 14px 7px; border-bottom: 1px solid var(--line); white-space: nowrap; }
        td { padding: 9px 14px; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
        tr:last-child td { border-bottom: 0; }
        tbody tr:hover { background: var(--hover); }
        .number { text-align: right; }
        td.text { white-space: normal; width: 99%; min-width: 260px; }
        code, pre, .id { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
        td.text code { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
        .error { display: block; color: var(--bad); font-size: 12.5px; overflow-wrap: anywhere; }
        .badge { display: inline-block; padding: 1px 9px; border-radius: 99px; font-size: 12px; font-weight: 550; background: var(--still-soft); color: var(--still); white-space: nowrap; }
        .running, .active { background: var(--accent-soft); color: var(--accent); }
        .succeeded, .serving, .ended { background: var(--good-soft); color: var(--good); }
        .failed, .idle_in_failed_transaction { background: var(--bad-soft); color: var(--bad); }
        .cancelled, .cancelling, .queued, .draining, .idle_in_transaction { background: var(--warn-soft); color: var(--warn); }
        progress { display: block; width: 100%; min-width: 70px; height: 6px; margin-top: 7px; border: 0; border-radius: 3px; background: var(--still-soft); appearance: none; -webkit-appearance: none; overflow: hidden; }
        progress::-webkit-progress-bar { background: var(--still-soft); }
        progress::-webkit-progress-value { background: var(--accent); border-radius: 3px; }
        progress::-moz-progress-bar { background: var(--accent); border-radius: 3px; }
        button { font: inherit; font-size: 12.5px; padding: 2px 11px; border: 1px solid var(--line); border-radius: 7px; background: var(--sheet); color: var(--bad); cursor: pointer; }
        button:hover { background: var(--bad-soft); border-color: var(--bad); }
        form { margin: 0; }
        .nothing { padding: 18px; text-align: center; color: var(--soft); }
        pre { margin: 0; padding: 14px 16px; overflow-x: auto; white-space: pre; }
        pre.sql { white-space: pre-wrap; overflow-wrap: anywhere; }
        dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 14px 22px; margin: 0; padding: 16px; }
        dt { color: var(--soft); font-size: 12.5px; }
        dd { margin: 0; font-weight: 500; overflow-wrap: anywhere; }
        .title { display: flex; align-items: center; gap: 12px; }
        .title h2 { margin: 6px 0; font-size: 18px; }
        .title form { margin-left: auto; }
        @media (max-width: 700px) { header, main { padding-left: 14px; padding-right: 14px; } }
        """;
}
