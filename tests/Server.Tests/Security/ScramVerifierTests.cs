using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.Security;

/// <summary>Verifiers of passwords (C6), against PostgreSQL's and RFC 7677's.</summary>
public sealed class ScramVerifierTests
{
    /// <summary>RFC 7677, section 3: user "user", password "pencil"; its ServerSignature and ClientProof follow from these keys.</summary>
    [Fact]
    public void C6_KeysAreThoseOfTheRfcsExchange()
    {
        byte[] salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        ScramVerifier verifier = ScramVerifier.Create("pencil", 4096, salt);
        byte[] message = System.Text.Encoding.ASCII.GetBytes(
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        Assert.Equal("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(verifier.ServerKey, message)));
        byte[] proof = Convert.FromBase64String("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        byte[] signature = System.Security.Cryptography.HMACSHA256.HashData(verifier.StoredKey, message);
        byte[] clientKey = [.. proof.Zip(signature, static (left, right) => (byte)(left ^ right))];
        Assert.Equal(verifier.StoredKey, System.Security.Cryptography.SHA256.HashData(clientKey));
    }

    [Theory]
    [InlineData("pencil")]
    [InlineData("a:b$c,d=e ")]
    [InlineData("Grüße, 日本")]
    public void C6_TextAndBack(string password)
    {
        ScramVerifier verifier = ScramVerifier.Parse(ScramVerifier.Create(password).ToString());
        Assert.True(verifier.Matches(password));
        Assert.False(verifier.Matches(password + "x"));
        Assert.False(verifier.Matches(""));
        Assert.False(verifier.Matches(password + "\0"));
        Assert.NotEqual(verifier.ToString(), ScramVerifier.Create(password).ToString());
    }

    /// <summary>SASLprep: a no-break space is a space, a soft hyphen nothing.</summary>
    [Theory]
    [InlineData("a\u00A0b", "a b")]
    [InlineData("so\u00ADft\u00FC", "soft\u00FC")]
    public void C6_DifferentWritingsOfAPasswordAreTheSame(string left, string right) => Assert.True(ScramVerifier.Create(left).Matches(right));

    [Theory]
    [InlineData("")]
    [InlineData("md5aabb")]
    [InlineData("SCRAM-SHA-256$4096:c2FsdA==$AAAA:AAAA")]
    [InlineData("SCRAM-SHA-256$0:c2FsdA==$47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [InlineData("SCRAM-SHA-256$99999999999:c2FsdA==$47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    [InlineData("SCRAM-SHA-256$4096:???$47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public void WhatIsNoVerifierIsRefusedAndNotRepeated(string text)
    {
        string message = Assert.Throws<FormatException>(() => ScramVerifier.Parse(text)).Message;
        Assert.True(text.Length == 0 || !message.Contains(text, StringComparison.Ordinal));
    }
}
