/**
 * The official example of API security (docs/platform.md §13.5), both directions. Its private key and its
 * certificate are published there.
 */
export const OFFICIAL_EXAMPLE = {
  appId: 'wxba6223c06417af7b',
  url: 'https://api.weixin.qq.com/wxa/getuserriskrank',
  symmetricKey: {
    sn: 'fa05fe1e5bcc79b81ad5ad4b58acf787',
    key: 'otUpngOjU+nVQaWJIC3D/yMLV17RKaP6t4Ot9tbnzLY=',
  },
  certificateSn: '79ba700ea147819f640941bceb38b1d1',
  request: {
    timestamp: '1635927954',
    iv: 'fmW/zNxXlytUZBgj',
    authtag: '5qeM/2vZv+6KtScN94IpMg==',
    plaintext: [
      '{"_n":"o89QaPVsRu1yppIZzvSZc4","_appid":"wxba6223c06417af7b","_timestamp":1635927954,"appid":"wx',
      'ba6223c06417af7b","openid":"oEWzBfmdLqhFS2mTXCo2E4Y9gJAM","scene":0,"client_ip":"127.0.0.1"}',
    ].join(''),
    data: [
      '0IDVdrPtSPF/Oe2CTXCV2vVNPbVJdJlP2WaTMQnoYLh5iCrrSNfQFh25EnStDMf0hLlVNBCZQtf9NaV0m4aRA4AAYIO7oR/G',
      'e+4yY4EmZp5EVPB42xjScgMx5X3D4VdLCfynXIUKUtZHZvk1zmLVE3RauzJgiM1BB1CPmwcENo3MTJ0z8Vfkf5tMv54kOXob',
      'DLlV5rfqKdAX7gM/rP82DgZdt9vvZX44ipdbHIjJvw83ZXAFtvftdVw2Qd8=',
    ].join(''),
    signature: [
      'wcSSWHZunjz9VKl9q+If9deiyECXDAELfAJNZ4+5T+NhFr8zfhkwdQtlgQ7nN5xs99R57La9UjBTRBGge2KYyshWtw7HIMPA',
      'qWNsnpHvx0b2f7s6Bt7OpfOQLlIfNgepgTVmUwrqW8/7A12szj7tCe/bRFilwnaX6N0w4duHlfL7ic7IIZXouvy9dLRAa5Gt',
      'Ek1eD/LPWRiKh0SvJ3znPY/pSiQW9zSkXVdj9UGGM8qcKLzPGJ7gSmt3ZOPkFapk9wqFmhJwQj//xN5+hUlr2UiNPMNSHve5',
      'Y2ADLsNHqk5t7RfAZ8nW9/8lzhVt4t+toy1FeehxCGIC8qgmjIl1hg==',
    ].join(''),
    bodyLength: 324,
  },
  answer: {
    timestamp: '1635927956',
    iv: 'r2WDQt56rEAmMuoR',
    authtag: 'z2BFD8QctKXTuBlhICGOjQ==',
    plaintext: [
      '{"_n":"ShYZpqdVgY+yQVAxNSWhYg","_appid":"wxba6223c06417af7b","_timestamp":1635927956,"errcode":0',
      ',"errmsg":"getuserriskrank succ","risk_rank":0,"unoin_id":2258658297}',
    ].join(''),
    data: [
      'HExs66Ik3el+iM4IpeQ7SMEN934FRLFYOd3EmeaIrpP4EPTHckoco6O+PaoRZRa3lqaPRZT7r52f7LUok6gLxc6cdR8C4vpI',
      'Ifh4xfLC4L7FNy9GbuMK1hcoi8b7gkWJcwZMkuCFNEDmqn3T49oWzAQOrY4LZnnnykv6oUJotdAsnKvmoJkLK7hRh7M2B1d2',
      'UnTnRuoIyarXc5Iojwoghx4BOvnV',
    ].join(''),
    signature: [
      'Ht0VfQkkEweJ4hU266C14Aj64H9AXfkwNi5zxUZETCvR2svU1ZYdosDhFX/voLj1TyszqKsVxAlENGt7PPZZ8RQX7jnA4SKh',
      'iPUhW4LTbyTenisHJ+ohSfDjYnXavjQsBHspFS+BlPHuSSJ2xyQzw1+HuC6nid09ZL4FnGSYo4OI5MJrSb9xLzIVZMIDuUQc',
      'hGKi/KaB1KzxECLEZcfjqbAgmxC7qOmuBLyO1WkHYDM95NJrHJWba5xv4wrwPru9yYTJSNRnlM+zrW5w9pOubC4Jtj3szTAE',
      'uOz9AcqUmgaAvMLNAIa8hfODLRe3n/cu4SgYlN/ZkNRU4QXVNbPGMg==',
    ].join(''),
    bodyLength: 292,
  },
  privateKey: pem(
    'RSA PRIVATE KEY',
    [
      'MIIEowIBAAKCAQEA3FoQOmOl5/CF5hF7ta4EzCy2LaU3Eu2k9DBwQ73J82I53Sx9LAgM1DH3IsYohRRx/BESfbdDI2powvr6',
      'QYKVIC+4Yavwg7gzhZRxWWmT1HruEADCZAgkUCu+9Il/9FPuitPSoIpBd07NqdkkRe82NBOfrKTdhge/5zd457fl7J81Q5VT',
      'IxO8vvq7FSw7k6Jtv+eOjR6SZOWbbUO7f9r4UuUkXmvdGv21qiqtaO1EMw4tUCELzY73M7NpCH3RorlommYX3P6q0VrkDHrC',
      'E0/QMhmHsF+46E+IRcJ3wtEj3p/mO1VoCpEhawC1U728ZUTwWNEii8hPEhcNAZTKaQMaTQIDAQABAoIBAQCXv5p/a5KcyYKc',
      '75tfgekh5wTLKIVmDqzT0evuauyCJTouO+4z/ZNAKuzEUO0kwPDCo8s1MpkU8boV1Ru1M8WZNePnt65aN+ebbaAl8FRzNvlt',
      'oeg9VXIUmBvYcjzhOVAE4V2jW7M8A9QUzUpyswuED6OeFKfOHtYk2In2IipAqhfbyc6gn7uZSWTQsoO6hGBRQ7Ejx+vgwrbx',
      'ZKVZ7UXbPHD0lOEPraA3PH/QUeUKpNwK2NXQoBxWcR283/HxFSAjjSSsGSBKsCnwDN55P2FQ0HNi5YrwUNT9190NIXSeygaR',
      'y1b+D+yBfm+yE7/qXwHLZCHsjO+2tMSS3KGjllTBAoGBAP9FPeYNKZuu5jt9RpZwXCc9E7Iz7bmM7zws6dun6dQH0xVVWFVm',
      'iGIu07eqyB8HNagXseFzoXLV5EQx+3DaB0bAH+ZEpHGJJpAWSLusigssFUFuTvTFw+rC5hxOfidMa6+93SU5pWeJb0zJF8PR',
      'DaJ3UmwlwpYubF17sT4PD6p9AoGBANz7RlhRSFvggJjhEMpek3OIYWrrlRNO2MVcP7i/fGNTHhrw7OHcNGRof54QZ2Y0baL7',
      '1vHNokbK2mnT+cQXY/gXMmcE/eV4xyRGYiIL9nBdrkLerc43EYPv+evDvgyji6+y4np5cKqHrS8F+YzATk82Jt9HgdI2Mvfb',
      'JTkSbmgRAoGAHNPL9rPb1An/VA6Ery6HKaM7Gy/EE+U3ixsjWbvvqxMrIkieDh7jHftdy2sM6Hwe8hmi6+vr+pTvD0h5tbfZ',
      'hILj11Q/Idc0NKdflVoZyMM0r0vuvLOsuVFDPUUb+AIoUxNk6vREmpmpqQk4ltN/763779yfyef6MuBqFrEKut0CgYB9Ffsu',
      'uOv1nfINF7EybDCZAETsiee7ozEPHnWvdSzK6FytMV1VSBmcEI7UgUKWVu0MifOUsiq+WcsihmvmNLtQzoioSeoSP7ix7ulT',
      'jmP0HQMsNPI7PW67uVZFv2pPqy/Bx8dtPlqpHN3KNV6Z7q0lJ2j/kHGK9UUKidDbKnS2kQKBgHZ0cYzwh9YnmfXx9mimF57a',
      'QQ8aFc9yaeD5/3G2+a/FZcHtYzUdHQ7PPS35blD17/NnhunHhuqakbgarH/LIFMHITCVuGQT4xS34kFVjFVhiT3cHfWyBbJ6',
      'GbQuzzFxz/UKDDKf3/ON41k8UP20Gdvmv/+c6qQjKPayME81elus',
    ].join(''),
  ),
  certificate: pem(
    'CERTIFICATE',
    [
      'MIID0jCCArqgAwIBAgIUeE+Yy7vM/o+eHHsfM+1bGJJEZTQwDQYJKoZIhvcNAQELBQAwXjELMAkGA1UEBhMCQ04xEzARBgNV',
      'BAoTClRlbnBheS5jb20xHTAbBgNVBAsTFFRlbnBheS5jb20gQ0EgQ2VudGVyMRswGQYDVQQDExJUZW5wYXkuY29tIFJvb3Qg',
      'Q0EwHhcNMjIwOTA1MDgzOTIyWhcNMjcwOTA0MDgzOTIyWjBkMRswGQYDVQQDDBJ3eGQ5MzBlYTVkNWEyNThmNGYxFTATBgNV',
      'BAoMDFRlbmNlbnQgSW5jLjEOMAwGA1UECwwFV3hnTXAxCzAJBgNVBAYMAkNOMREwDwYDVQQHDAhTaGVuWmhlbjCCASIwDQYJ',
      'KoZIhvcNAQEBBQADggEPADCCAQoCggEBAM5D9qlkCmk1kr3FpF0e9pc3kGsvz5RA0/YRny9xPKIyV2UVMDZvRQ+mDHsiQQFE',
      '6etg457KFYSxTDKtItbdl6hJQVGeAvg0mqPYE9SkHRGTfL/AnXRbKBG2GC2OcaPSAprsLOersjay2me+9pF8VHybV8aox78A',
      'NsU75G/OO3V1iEE0s5Pmglqk8DEiw9gB/dGJzsNfXwzvyJyiUP9ZujYexyjsS+/ZGdSOUkqL/th+16yHj8alcdyga6YGfWED',
      'yWkt/i/B28cwx4nzwk8xgrurifPaLuMk0+9wJQLCfAn/f7zyHrC8PcD1XvvRt9VBNMBASXs3710ODyyVf2lkMgkCAwEAAaOB',
      'gTB/MAkGA1UdEwQCMAAwCwYDVR0PBAQDAgTwMGUGA1UdHwReMFwwWqBYoFaGVGh0dHA6Ly9ldmNhLml0cnVzLmNvbS5jbi9w',
      'dWJsaWMvaXRydXNjcmw/Q0E9MUJENDIyMEU1MERCQzA0QjA2QUQzOTc1NDk4NDZDMDFDM0U4RUJEMjANBgkqhkiG9w0BAQsF',
      'AAOCAQEAL2MK9tYu+ljLVBlSbfEeaKyF07TN+G31Ya5NBzeS1ZCx4joUEIyACWmGfUkKNKiKV+EMzxeEhKRso1Qif3E7Ipl+',
      'PQBoQw6OSR/jFHciYurnGR9CLkL03Zo1qw1Xetv9OipsvlpA0SOWc207e/XpGdm8C7FMXM6bzvVp8I/STTjC1vqjIZu9WavI',
      'RgGM4jyAPz2XogUq0BNijef8BXbbav9fAsXjHSwn5BQv4iLms3fiLm/eoyQ6dZ2RoTudrlcyr1bG4vwETLmHF+3yfVp9dpvJ',
      '+lyfiviwDwyfa8t2WlJm27DuF4vWoxirmjgj9tDutIFqxLIovLyg3uiAYtSQ/Q==',
    ].join(''),
  ),
};

function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`;
}
