namespace SqlCluster.SqlCli.Repl;

/// <summary>Reads one input from the terminal, of one or more lines: editing, history, search, completion.</summary>
/// <remarks>Keys are those of readline's emacs mode. Enter ends the input when it is complete, and starts a line otherwise; Alt-Enter always starts a line.</remarks>
internal sealed class LineEditor(Terminal terminal, History history, Completer completer, Func<string, bool> isFunction, Func<string, bool> isComplete)
{
    private readonly EditBuffer _buffer = new();
    private readonly InputScreen _screen = new();
    private IReadOnlyList<string> _below = [];
    private string _prompt = "", _nextPrompt = "";
    private string _draft = "";
    private int _historyIndex;
    private bool _isLeaving;

    private enum KeyResult
    {
        Continue,
        Submit,
        Leave,
    }

    /// <returns>The input, or null when the user leaves.</returns>
    public async Task<string?> ReadAsync(string prompt)
    {
        (_prompt, _nextPrompt) = (prompt, "...> ".PadLeft(prompt.Length));
        _buffer.Set("");
        _historyIndex = history.Entries.Count;
        _below = [];
        _isLeaving = false;
        _screen.Reset();
        Draw();
        while (true)
        {
            ConsoleKeyInfo key = terminal.ReadKey();
            _below = [];
            KeyResult result = await PressAsync(key).ConfigureAwait(false);
            if (result == KeyResult.Continue)
            {
                if (!terminal.HasKey)
                {
                    Draw();
                }

                continue;
            }

            Leave();
            return result == KeyResult.Submit ? _buffer.Text : null;
        }
    }

    private async Task<KeyResult> PressAsync(ConsoleKeyInfo key)
    {
        bool isLeaving = _isLeaving;
        _isLeaving = false;
        bool isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control), isAlt = key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        switch (key.Key)
        {
            case ConsoleKey.Enter when !isAlt && isComplete(_buffer.Text):
                return KeyResult.Submit;
            case ConsoleKey.J when isControl && isComplete(_buffer.Text):
                return KeyResult.Submit;
            case ConsoleKey.D when isControl && _buffer.Text.Length == 0:
                return KeyResult.Leave;
            case ConsoleKey.C when isControl && isLeaving:
                return KeyResult.Leave;
            case ConsoleKey.C when isControl:
                Clear();
                break;
            case ConsoleKey.Tab when !key.Modifiers.HasFlag(ConsoleModifiers.Shift):
                await CompleteAsync().ConfigureAwait(false);
                break;
            case ConsoleKey.R when isControl:
                return await SearchAsync().ConfigureAwait(false);
            case ConsoleKey.L when isControl:
                terminal.Write("\x1b[H\x1b[2J");
                _screen.Reset();
                break;
            default:
                Edit(key, isControl, isAlt);
                break;
        }

        return KeyResult.Continue;
    }

    private void Edit(ConsoleKeyInfo key, bool isControl, bool isAlt)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter or ConsoleKey.J when key.Key == ConsoleKey.Enter || isControl:
                _buffer.Insert("\n");
                break;
            case ConsoleKey.Backspace when isControl || isAlt:
                _buffer.DeleteWordBack();
                break;
            case ConsoleKey.Backspace or ConsoleKey.H when key.Key == ConsoleKey.Backspace || isControl:
                _buffer.DeleteBack();
                break;
            case ConsoleKey.Delete or ConsoleKey.D when key.Key == ConsoleKey.Delete || isControl:
                _buffer.DeleteForward();
                break;
            case ConsoleKey.LeftArrow when isControl || isAlt:
            case ConsoleKey.B when isAlt:
                _buffer.WordLeft();
                break;
            case ConsoleKey.RightArrow when isControl || isAlt:
            case ConsoleKey.F when isAlt:
                _buffer.WordRight();
                break;
            case ConsoleKey.LeftArrow:
            case ConsoleKey.B when isControl:
                _buffer.Left();
                break;
            case ConsoleKey.RightArrow:
            case ConsoleKey.F when isControl:
                _buffer.Right();
                break;
            case ConsoleKey.Home when isControl:
                _buffer.Start();
                break;
            case ConsoleKey.End when isControl:
                _buffer.End();
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when isControl:
                _buffer.LineStart();
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when isControl:
                _buffer.LineEnd();
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when isControl:
                if (!_buffer.Up())
                {
                    ShowHistory(_historyIndex - 1);
                }

                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when isControl:
                if (!_buffer.Down())
                {
                    ShowHistory(_historyIndex + 1);
                }

                break;
            case ConsoleKey.K when isControl:
                _buffer.DeleteToLineEnd();
                break;
            case ConsoleKey.U when isControl:
                _buffer.DeleteToLineStart();
                break;
            case ConsoleKey.W when isControl:
                _buffer.DeleteWordBack();
                break;
            case ConsoleKey.D when isAlt:
                _buffer.DeleteWordForward();
                break;
            case ConsoleKey.Y when isControl:
                _buffer.Paste();
                break;
            default:
                if (!char.IsControl(key.KeyChar) && !isControl && !isAlt)
                {
                    _buffer.Insert(key.KeyChar.ToString());
                }

                break;
        }
    }

    /// <summary>Ctrl-C: leaves what was typed on the screen and starts anew; on an empty input, the next Ctrl-C leaves.</summary>
    private void Clear()
    {
        if (_buffer.Text.Length == 0)
        {
            _isLeaving = true;
            _below = ["Ctrl-C again or Ctrl-D leaves"];
            return;
        }

        Leave();
        _buffer.Set("");
        _historyIndex = history.Entries.Count;
    }

    private void ShowHistory(int index)
    {
        if (index < 0 || index > history.Entries.Count)
        {
            return;
        }

        if (_historyIndex == history.Entries.Count)
        {
            _draft = _buffer.Text;
        }

        _historyIndex = index;
        _buffer.Set(index == history.Entries.Count ? _draft : history.Entries[index]);
    }

    /// <summary>Ctrl-R: finds earlier entries by a part of them; Enter or an arrow takes the entry, Ctrl-C and Ctrl-G give up.</summary>
    private async Task<KeyResult> SearchAsync()
    {
        string before = _buffer.Text, wanted = "", prompt = _prompt;
        int index = history.Entries.Count;
        while (true)
        {
            _below = [$"(search backwards: {wanted})"];
            Draw();
            ConsoleKeyInfo key = terminal.ReadKey();
            _below = [];
            bool isControl = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (isControl && key.Key is ConsoleKey.C or ConsoleKey.G && isControl)
            {
                _buffer.Set(before);
                return KeyResult.Continue;
            }

            int from;
            if (isControl && key.Key == ConsoleKey.R)
            {
                from = index;
            }
            else if (key.Key == ConsoleKey.Backspace && wanted.Length > 0)
            {
                wanted = wanted[..^1];
                from = history.Entries.Count;
            }
            else if (!isControl && !char.IsControl(key.KeyChar))
            {
                wanted += key.KeyChar;
                from = Math.Min(history.Entries.Count, index + 1);
            }
            else
            {
                _historyIndex = index;
                return key.Key == ConsoleKey.Escape ? KeyResult.Continue : await PressAsync(key).ConfigureAwait(false);
            }

            int found = history.FindBackwards(wanted, from);
            if (found >= 0)
            {
                index = found;
                string entry = history.Entries[found];
                _buffer.Set(entry, entry.IndexOf(wanted, StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    private async Task CompleteAsync()
    {
        // A tab at the start of a word, with more keys behind it, is pasted text.
        if (terminal.HasKey && (_buffer.Cursor == 0 || char.IsWhiteSpace(_buffer.Text[_buffer.Cursor - 1])))
        {
            _buffer.Insert("    ");
            return;
        }

        Completion completion = await completer.CompleteAsync(_buffer.Text, _buffer.Cursor).ConfigureAwait(false);
        string typed = _buffer.Text[completion.Start.._buffer.Cursor];
        if (completion.Candidates.Count == 0)
        {
            return;
        }

        string common = completion.CommonStart();
        if (common.Length > typed.Length || completion.Candidates.Count == 1)
        {
            _buffer.Replace(completion.Start, common);
        }

        if (completion.Candidates.Count > 1)
        {
            _below = CompletionMenu.Lines(completion.Candidates, terminal.Width, Math.Max(3, terminal.Height / 2));
        }
    }

    private InputView View() => new(
        _buffer.Text, _buffer.Cursor, terminal.HasColors ? Highlighter.Highlight(_buffer.Text, isFunction) : [], _prompt, _nextPrompt, _below);

    private void Draw() => terminal.Write(_screen.Draw(View(), terminal.Width, terminal.Height));

    private void Leave()
    {
        terminal.Write(_screen.Leave(View(), terminal.Width, terminal.Height));
        _screen.Reset();
    }
}
