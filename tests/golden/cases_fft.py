# SPDX-License-Identifier: Apache-2.0
"""Fourier transforms, spectra of frames, and back."""

import torch

from every_type import every, small
from golden import c64, c128, f32, f64, i64, s, u, v

ONE = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
REAL_INPUT = {"rfft", "ihfft"}


def run(name):
    return lambda x, **attrs: getattr(torch.fft, name)(x, **attrs)


def ask(fam, name, *inputs, **attrs):
    fam.case(name, *inputs, fn=run(name), **attrs)


def types_of(name, single=True):
    """Real and complex input, as far as the function takes it."""
    real = [f32] if single else [f64]
    complex_ = [c64] if single else [c128]
    return real if name.startswith(tuple(REAL_INPUT)) else complex_ + real


def add_lengths(fam):
    for name in ONE:
        for n in [*range(1, 21), 31, 37, 64]:
            ask(fam, name, u(2, 21, dtype=types_of(name)[0]), n=n)
        for n in (3, 8, 9, 25, 37, 74):
            ask(fam, name, u(2, n, dtype=types_of(name, False)[0]), second=True)
        for dtype in types_of(name)[1:]:
            for n in (1, 2, 5, 12):
                ask(fam, name, u(2, 7, dtype=dtype), n=n)
        # Many rows fill vectors; one long row is split.
        many = u(19, 5, dtype=types_of(name)[0])
        ask(fam, name, many)
        ask(fam, name, many, dim=0)
        for n in (200, 256, 400, 1021):
            ask(fam, name, u(n, dtype=types_of(name)[0]), n=n, grad=False, tol=20)
    ask(fam, "fft", u(1000, dtype=c64), grad=False, tol=20)
    ask(fam, "rfft", u(1000), grad=False, tol=20)


def add_layouts(fam):
    for name in ONE:
        dtype = types_of(name)[0]
        for norm in ("backward", "forward", "ortho"):
            ask(fam, name, u(3, 6, dtype=dtype), norm=norm)
            ask(fam, name, u(3, 7, dtype=dtype), n=5, norm=norm, dim=0)
        for dim in (0, 1, 2, -1, -2):
            ask(fam, name, u(2, 3, 4, dtype=dtype), dim=dim)
            ask(fam, name, u(2, 3, 4, dtype=dtype).T, dim=dim)
            ask(fam, name, u(2, 3, 4, dtype=dtype).sliced, dim=dim)
        ask(fam, name, u(2, 3, 4, dtype=dtype).expanded(0))
        ask(fam, name, u(0, 6, dtype=dtype))
        ask(fam, name, u(0, 6, dtype=dtype), n=2, dim=0)
        ask(fam, name, u(3, 0, dtype=dtype), n=4)
        ask(fam, name, u(10, 40, dtype=dtype), dim=0, n=9)
        for attrs in (dict(n=0), dict(n=-1), dict(dim=2), dict(norm="unit")):
            ask(fam, name, u(3, 6, dtype=dtype), throws=True, **attrs)
        ask(fam, name, u(3, 0, dtype=dtype), throws=True)
        ask(fam, name, u(dtype=dtype), throws=True)
        every(fam, name, lambda t: small(t, (2, 4)), fn=run(name))


def add_many_dims(fam):
    for name in ONE:
        for single in (True, False):
            dtype = types_of(name, single)[0]
            x = u(2, 3, 4, dtype=dtype)
            second = dict(second=not single)
            two, n = name + "2", name + "n"
            ask(fam, two, x, **second)
            ask(fam, two, x, dim=[0, 2], norm="ortho", **second)
            ask(fam, two, x, s=[4, 5], **second)
            ask(fam, two, x, s=[-1, 5], dim=[1, 0], norm="forward", **second)
            ask(fam, n, x, dim=[0, 1, 2], **second)
            ask(fam, n, x, dim=[2, 0], s=[3, 3], **second)
            ask(fam, n, x, dim=[1], **second)
            ask(fam, n, x.T, dim=[2, 1, 0], norm="forward", **second)
        dtype = types_of(name)[0]
        ask(fam, n, u(2, 3, 4, dtype=dtype))
        ask(fam, n, u(3, 4, dtype=dtype), s=[5])
        ask(fam, n, u(3, 4, dtype=dtype), s=[2, 3, 4], throws=True)
        if name in ("fft", "ifft"):
            ask(fam, n, u(3, 4, dtype=dtype), dim=[])
            ask(fam, n, u(3, 4), dim=[0, 1])
            ask(fam, n, u(), dim=[])
        else:
            ask(fam, n, u(3, 4, dtype=dtype), dim=[], throws=True)
        ask(fam, n, u(5, 0, 4, dtype=dtype), dim=[0, 2])
        for attrs in (dict(dim=[0, 0]), dict(dim=[0, 5]), dict(dim=[0, 1], s=[2]), dict(s=[2, 0]), dict(dim=[0, 1], norm="x")):
            ask(fam, n, u(3, 4, dtype=dtype), throws=True, **attrs)
        ask(fam, two, u(4, dtype=dtype), throws=True)


def add_others(fam):
    for name in ("fftshift", "ifftshift"):
        ask(fam, name, u(5))
        ask(fam, name, u(4, 5, dtype=c64))
        ask(fam, name, u(4, 5, dtype=i64), dim=[1])
        ask(fam, name, u(2, 3, 4), dim=[0, -1])
        ask(fam, name, u(2, 3), dim=[2], throws=True)
    for name in ("fftfreq", "rfftfreq"):
        for n in (0, 1, 2, 5, 8):
            for d in (1.0, 0.25):
                fam.case(name, fn=lambda n, d, name=name: getattr(torch.fft, name)(n, d), n=n, d=d)
        fam.case(name, fn=lambda dtype, name=name: getattr(torch.fft, name)(7, dtype=dtype), dtype=f64)
        fam.case(name, fn=lambda dtype, name=name: getattr(torch.fft, name)(7, dtype=dtype), dtype=i64, throws=True)


def add_frames(fam):
    def stft(x, w, **attrs):
        return torch.stft(x, window=w, **attrs)

    def istft(x, w, **attrs):
        return torch.istft(x, window=w, **attrs)

    window = lambda n=8, dtype=f32: u(n, dtype=dtype, lo=0.5, hi=1)
    for dtype in (f32, f64):
        w = lambda n=8: window(n, dtype)
        second = dict(second=dtype == f64)
        usual = dict(n_fft=8, return_complex=True)
        for x in (u(21, dtype=dtype), u(2, 21, dtype=dtype), u(2, 21, dtype=dtype).T):
            fam.case("stft", x, w(), fn=stft, **usual, **second)
        for attrs in (dict(hop_length=3), dict(center=False), dict(pad_mode="constant"), dict(pad_mode="replicate"),
                      dict(pad_mode="circular"), dict(normalized=True), dict(onesided=False), dict(hop_length=1)):
            fam.case("stft", u(2, 21, dtype=dtype), w(), fn=stft, **usual, **attrs, **second)
        fam.case("stft", u(21, dtype=dtype), w(5), fn=stft, win_length=5, **usual, **second)
        fam.case("stft", u(21, dtype=dtype), w(4), fn=stft, win_length=4, center=False, align_to_window=True, **usual)
        fam.case("stft", u(21, dtype=dtype), w(7), fn=stft, n_fft=7, return_complex=True, **second)
        fam.case("stft", u(21, dtype=dtype), None, fn=stft, **usual)
        fam.case("stft", u(21, dtype=dtype), None, fn=stft, win_length=4, **usual)
        fam.case("stft", u(21, dtype=dtype), w(), fn=stft, n_fft=8, return_complex=False)
        for attrs in (dict(hop_length=3), dict(length=17), dict(length=23), dict(normalized=True), dict(center=False)):
            fam.case("istft", u(2, 5, 9, dtype=c64 if dtype == f32 else c128), w(), fn=istft, n_fft=8, **attrs, **second)
        spectrum = u(8, 6, dtype=c64 if dtype == f32 else c128)
        fam.case("istft", spectrum, w(), fn=istft, n_fft=8, **second)
        fam.case("istft", spectrum, w(), fn=istft, n_fft=8, onesided=False, return_complex=True, **second)
        fam.case("istft", u(5, 9, dtype=spectrum.dtype), w(6), fn=istft, n_fft=8, win_length=6, **second)
        fam.case("istft", u(5, 9, dtype=spectrum.dtype), None, fn=istft, n_fft=8)
        fam.case("istft", u(4, 9, dtype=spectrum.dtype), w(7), fn=istft, n_fft=7, hop_length=2, length=18)
    fam.case("stft", u(21, dtype=c64), window(), fn=stft, n_fft=8)
    fam.case("stft", u(21), window(dtype=c64), fn=stft, n_fft=8)
    fam.case("stft", u(21), window(dtype=f64), fn=stft, n_fft=8, return_complex=True)
    fam.case("stft", u(21, dtype=f64), window(), fn=stft, n_fft=8, return_complex=True)
    # Float arithmetic, in a double result.
    fam.case("istft", u(5, 9, dtype=c64), window(dtype=f64), fn=istft, n_fft=8, tol=1e5)
    fam.case("istft", u(8, 9, dtype=c64), window(dtype=c64), fn=istft, n_fft=8, onesided=False, return_complex=True)
    for x, w, attrs in ((u(21), window(), {}), (u(21), window(), dict(n_fft=0)), (u(21), window(), dict(hop_length=0)),
                        (u(21), window(9), dict(win_length=9)), (u(21), window(7), {}), (u(3), window(), {}),
                        (u(5), window(), dict(center=False)), (u(1, 2, 21), window(), {}), (u(21, dtype=i64), window(), {}),
                        (u(21), window(), dict(pad_mode="edge")), (u(21, dtype=c64), window(), dict(onesided=True)),
                        (u(21), window(), dict(align_to_window=True))):
        attrs = {"n_fft": 8, **({"return_complex": True} if attrs or x.shape != [21] else {}), **attrs}
        fam.case("stft", x, w, fn=stft, throws=True, tag="wrong", **attrs)
    for x, w, attrs in ((u(5, 9), window(), {}), (u(4, 9, dtype=c64), window(), {}), (u(5, 9, dtype=c64), window(), dict(onesided=False)),
                        (u(5, 0, dtype=c64), window(), {}), (u(5, 9, dtype=c64), window(), dict(hop_length=9)),
                        (u(5, 9, dtype=c64), window(), dict(hop_length=0)), (u(5, 9, dtype=c64), window(7), {}),
                        (u(5, 9, dtype=c64), window(9), dict(win_length=9)), (u(5, 9, dtype=c64), u(8, lo=0, hi=1e-9), {}),
                        (u(5, 9, dtype=c64), window(), dict(return_complex=True)), (u(5, 9, dtype=c64), window(dtype=c64), {}),
                        (u(1, 1, 5, 9, dtype=c64), window(), {}), (u(5, 9, dtype=c64), window(), dict(length=0))):
        fam.case("istft", x, w, fn=istft, throws=True, tag="wrong", **{"n_fft": 8, **attrs})


def frames_of(x, start, frames, hop, width, edge):
    at, n = torch.arange(start, start + (frames - 1) * hop + width), x.size(-1)
    if edge == 0:
        inside = (at >= 0) & (at < n)
        x = torch.where(inside, x[..., at.clamp(0, n - 1)], torch.zeros((), dtype=x.dtype))
    else:
        turn = at % (2 * n if edge == 2 else max(1, 2 * n - 2))
        x = x[..., torch.minimum(turn, 2 * n - (1 if edge == 2 else 2) - turn)]
    return x.unfold(-1, width, hop)


def frame_bands(x, window, bank=None, *, n_fft, hop, start=0, frames, edge=0, dc=False, preemphasis=0., power=2, shift=0., log=False,
                factor=1., log_shift=0., floor=0., windowed=False):
    x = frames_of(x, start, frames, hop, len(window), edge)
    if dc:
        x = x - x.mean(-1, keepdim=True)
    raw = x.square().sum(-1)
    x = (x - preemphasis * torch.cat([x[..., :1], x[..., :-1]], -1)) * window
    spectrum = torch.fft.rfft(x, n=n_fft)
    bands = spectrum.abs() if power == 1 and shift == 0 else (torch.view_as_real(spectrum).square().sum(-1) + shift) ** (power / 2)
    if bank is not None:
        bands = bands[..., :len(bank)] @ bank
    if log:
        bands = factor * (bands + log_shift).clamp_min(floor).log()
    return [bands, x.square().sum(-1) if windowed else raw]


def add_frame_bands(fam):
    def case(*inputs, tol=4, **attrs):
        fam.case("frame_bands", *inputs, fn=frame_bands, tol=tol, **attrs)

    for dtype in (f32, f64):
        bank = u(9, 4, dtype=dtype, lo=0, hi=1)
        case(u(40, dtype=dtype), u(16, dtype=dtype), n_fft=16, hop=4, frames=7)
        case(u(2, 40, dtype=dtype), u(12, dtype=dtype), bank, n_fft=16, hop=5, start=-8, frames=9, edge=1)
        case(u(3, 1, 30, dtype=dtype), u(9, dtype=dtype), bank, n_fft=17, hop=4, start=-3, frames=20, edge=2, dc=True, preemphasis=0.97,
             log=True, floor=1e-7)
        case(u(50, dtype=dtype), u(16, dtype=dtype), bank, n_fft=32, hop=1, start=-20, frames=60, power=1, shift=1e-9, log=True,
             factor=4.5, log_shift=0.01, windowed=True, tol=40)
        case(u(50, dtype=dtype), u(10, dtype=dtype), n_fft=10, hop=10, frames=5, power=1, tol=40)
        case(u(5, 40, dtype=dtype).T, u(3, dtype=dtype), n_fft=3, hop=2, frames=2)
        case(u(1, dtype=dtype), u(4, dtype=dtype), bank, n_fft=16, hop=1, start=-9, frames=11, edge=1)
    # Silence lies on the floor; what is not finite stays in the frames that it is in.
    case(v([0.] * 20, dtype=f64), u(8, dtype=f64), n_fft=8, hop=4, frames=4, power=1)
    case(v([0.] * 20, dtype=f64), u(8, dtype=f64), u(5, 2, dtype=f64), n_fft=8, hop=4, frames=4, log=True, floor=1e-3)
    case(s(60, dtype=f64), u(4, dtype=f64), n_fft=4, hop=4, frames=15)


def add(fam):
    add_lengths(fam)
    add_layouts(fam)
    add_many_dims(fam)
    add_others(fam)
    add_frames(fam)
    add_frame_bands(fam)
