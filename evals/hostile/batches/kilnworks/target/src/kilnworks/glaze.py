"""Glaze recipes: oxide analyses, comparisons and blends."""
from __future__ import annotations


class UnknownMaterial(Exception):
    """A recipe names a material which is not on the list."""


def analyse(recipe: dict[str, float], materials: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the oxide analysis of a recipe, in percent.

    ``recipe`` gives parts by weight, ``materials`` the oxides of each material.
    Oxides are listed in the order in which the recipe first brings them in.
    """
    for name in recipe:
        if name not in materials:
            raise UnknownMaterial("no analysis for " + name)
        if recipe[name] < 0:
            raise ValueError("negative amount of " + name)
    oxides = []
    for name in recipe:
        for oxide in materials[name]:
            if oxide not in oxides:
                oxides.append(oxide)
    amounts = []
    for oxide in oxides:
        amount = 0.0
        for name in recipe:
            amount += recipe[name] * materials[name].get(oxide, 0.0) / 100
        amounts.append(amount)
    if sum(amounts) == 0:
        raise ValueError("the recipe is empty")
    return {oxide: 100 * amounts[oxides.index(oxide)] / sum(amounts) for oxide in oxides}


def similar(recipes: list[dict[str, float]], limit: float) -> list[tuple[int, int]]:
    """Find the pairs of recipes which differ by at most ``limit`` parts in all.

    A material missing from one of the two counts as 0 parts there.
    """
    pairs = []
    for i in range(len(recipes)):
        for j in range(i + 1, len(recipes)):
            names = []
            for name in list(recipes[i]) + list(recipes[j]):
                if name not in names:
                    names.append(name)
            distance = 0.0
            for name in names:
                distance += abs(recipes[i].get(name, 0.0) - recipes[j].get(name, 0.0))
            if distance <= limit:
                pairs.append((i, j))
    return pairs


def blend(shares: list[list[float]], glazes: list[list[float]]) -> list[list[float]]:
    """Multiply a table of shares by a table of glazes (one row of materials each).

    Every row of the result is one test tile.
    """
    for row in shares:
        if len(row) != len(glazes):
            raise ValueError("each tile needs one share per glaze")
    tiles = []
    for i in range(len(shares)):
        tile = []
        for k in range(len(glazes[0]) if glazes else 0):
            total = 0.0
            for j in range(len(glazes)):
                total = total + shares[i][j] * glazes[j][k]
            tile = tile + [total]
        tiles = tiles + [tile]
    return tiles
