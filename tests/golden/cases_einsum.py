# SPDX-License-Identifier: Apache-2.0
"""Einstein sums."""

import torch

from golden import u


def add(fam):
    einsum = lambda *t, equation: torch.einsum(equation, *t)
    for equation, shapes in (("ij,jk->ik", ((2, 3), (3, 4))), ("ij,jk", ((2, 3), (3, 4))), ("ii", ((3, 3),)),
                             ("ii->i", ((3, 3),)), ("ij->ji", ((2, 3),)), ("ij->", ((2, 3),)), ("i,j->ij", ((2,), (3,))),
                             ("bij,bjk->bik", ((2, 3, 4), (2, 4, 5))), ("bhqd,bhkd->bhqk", ((2, 2, 3, 4), (2, 2, 5, 4))),
                             ("...ij,...jk->...ik", ((2, 3, 4), (4, 2))), ("i,i->i", ((3,), (3,))),
                             ("ij,kj,lk->il", ((2, 3), (4, 3), (2, 4))), ("bn,anm,bm->ba", ((2, 3), (4, 3, 5), (2, 5))),
                             ("ij,ij->j", ((2, 3), (2, 1))), ("i,->i", ((3,), ()))):
        fam.case("einsum", *[u(*shape) for shape in shapes], fn=einsum, equation=equation)
    fam.case("einsum", u(2, 3).T, u(3, 4).T, fn=einsum, equation="ij,jk->ki")
    for equation, shapes in (("ij,jk->ik", ((2, 3), (4, 5))), ("ij->ijk", ((2, 3),)), ("ijk->i", ((2, 3),)),
                             ("ij,jk->ik", ((2, 3),)), ("i!->i", ((2,),))):
        fam.case("einsum", *[u(*shape) for shape in shapes], fn=einsum, equation=equation, throws=True)
