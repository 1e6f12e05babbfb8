using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace SqlCluster.Generators.Tpch.Random;

/// <summary>Holds the 300 MB of pseudo English that every comment is cut from.</summary>
/// <remarks>
/// Where a sentence starts depends on all sentences before it, so the pool is written front to back, once, and shared while anybody uses it.
/// A word is stored with one 16-byte write and the position then moves by the word's length.
/// </remarks>
internal sealed class TextPool
{
    public const int Length = 300 * 1024 * 1024;
    private const long Seed = 933588178;
    private const int LongestSentence = 512;

    private static readonly Lock Gate = new();
    private static readonly WeakReference<TextPool?> Shared = new(null);

    private readonly byte[] _bytes;

    private TextPool() => _bytes = new Writer().Write();

    /// <summary>Returns the pool, writing it first when nobody holds it. About a second the first time.</summary>
    public static TextPool Get()
    {
        lock (Gate)
        {
            if (!Shared.TryGetTarget(out TextPool? pool))
                Shared.SetTarget(pool = new TextPool());
            return pool;
        }
    }

    public ReadOnlySpan<byte> Slice(int offset, int length) => _bytes.AsSpan(offset, length);

    /// <summary>One entry per slot of a vocabulary: the word and a space, padded to 16 bytes.</summary>
    private readonly struct Slots
    {
        private readonly Vector128<byte>[] _texts;
        private readonly byte[] _lengths;

        public Slots(Vocabulary vocabulary, string ending)
        {
            _texts = new Vector128<byte>[vocabulary.WordOfSlot.Length];
            _lengths = new byte[_texts.Length];
            Span<byte> padded = stackalloc byte[Vector128<byte>.Count];
            for (int slot = 0; slot < _texts.Length; slot++)
            {
                ReadOnlySpan<byte> word = vocabulary.Words[vocabulary.WordOfSlot[slot]].Span;
                padded.Clear();
                word.CopyTo(padded);
                System.Text.Encoding.ASCII.GetBytes(ending, padded[word.Length..]);
                _texts[slot] = Vector128.Create((ReadOnlySpan<byte>)padded);
                _lengths[slot] = (byte)(word.Length + ending.Length);
            }
        }

        public int Count => _texts.Length;

        public int CopyTo(Span<byte> target, int slot)
        {
            _texts[slot].CopyTo(target);
            return _lengths[slot];
        }
    }

    private sealed class Writer
    {
        private readonly byte[] _target = GC.AllocateUninitializedArray<byte>(Length + LongestSentence);
        private readonly Slots _nouns = new(Vocabularies.Nouns, " ");
        private readonly Slots _verbs = new(Vocabularies.Verbs, " ");
        private readonly Slots _adverbs = new(Vocabularies.Adverbs, " ");
        private readonly Slots _adjectives = new(Vocabularies.Adjectives, " ");
        private readonly Slots _adjectivesWithComma = new(Vocabularies.Adjectives, ", ");
        private readonly Slots _auxiliaries = new(Vocabularies.Auxiliaries, " ");
        private readonly Slots _prepositions = new(Vocabularies.Prepositions, " ");
        private readonly Slots _terminators = new(Vocabularies.Terminators, " ");
        private readonly byte[][] _sentences = FormOfSlot(Vocabularies.Sentences);
        private readonly byte[][] _nounPhrases = FormOfSlot(Vocabularies.NounPhrases);
        private readonly byte[][] _verbPhrases = FormOfSlot(Vocabularies.VerbPhrases);
        private long _state = Seed;
        private int _position;

        public byte[] Write()
        {
            while (_position < Length)
                Sentence();
            return _target;
        }

        private void Sentence()
        {
            foreach (byte part in Draw(_sentences))
            {
                switch (part)
                {
                    case (byte)'N':
                        Phrase(_nounPhrases);
                        break;
                    case (byte)'V':
                        Phrase(_verbPhrases);
                        break;
                    case (byte)'P':
                        Word(_prepositions);
                        "the "u8.CopyTo(_target.AsSpan(_position));
                        _position += 4;
                        Phrase(_nounPhrases);
                        break;
                    default:
                        _position--;                                            // the terminator takes the place of the last space
                        Word(_terminators);
                        break;
                }
            }
        }

        private void Phrase(byte[][] forms)
        {
            foreach (byte word in Draw(forms))
            {
                switch (word)
                {
                    case (byte)'N':
                        Word(_nouns);
                        break;
                    case (byte)'J':
                        Word(_adjectives);
                        break;
                    case (byte)'D':
                        Word(_adverbs);
                        break;
                    case (byte)'V':
                        Word(_verbs);
                        break;
                    case (byte)'j':
                        Word(_adjectivesWithComma);
                        break;
                    default:
                        Debug.Assert(word == 'X', "forms hold known letters");
                        Word(_auxiliaries);
                        break;
                }
            }
        }

        private void Word(in Slots slots)
        {
            _state = RandomStream.Advance(_state);
            _position += slots.CopyTo(_target.AsSpan(_position), RandomStream.Scale(_state, slots.Count));
        }

        private byte[] Draw(byte[][] forms)
        {
            _state = RandomStream.Advance(_state);
            return forms[RandomStream.Scale(_state, forms.Length)];
        }

        private static byte[][] FormOfSlot(Vocabulary forms) => Array.ConvertAll(forms.WordOfSlot, word => forms.Words[word].ToArray());
    }
}
