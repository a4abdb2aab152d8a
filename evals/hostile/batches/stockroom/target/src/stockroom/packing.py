"""Packing items into boxes and loads."""


def first_fit(weights: list[float], capacity: float) -> list[list[float]]:
    """Put each weight into the first box with room, opening boxes as needed.

    >>> first_fit([4, 3, 2, 1], 5)
    [[4, 1], [3, 2]]
    """
    if capacity <= 0:
        raise ValueError("capacity must be positive")
    boxes: list[list[float]] = []
    for weight in weights:
        if weight > capacity:
            raise ValueError(f"item of weight {weight} does not fit")
        for box in boxes:
            if sum(box) + weight <= capacity:
                box.append(weight)
                break
        else:
            boxes.append([weight])
    return boxes


def best_load(items: list[tuple[int, int]], capacity: int) -> tuple[int, list[int]]:
    """Choose items (value, weight) of the greatest value within the capacity.

    Gives the value and the indices chosen; an item is left out where taking it gains nothing.

    >>> best_load([(10, 5), (4, 4), (7, 3)], 8)
    (17, [0, 2])
    """
    def choose(index, left):
        if index == len(items):
            return 0, []
        skip_value, skip_items = choose(index + 1, left)
        value, weight = items[index]
        if weight <= left:
            take_value, take_items = choose(index + 1, left - weight)
            if take_value + value > skip_value:
                return take_value + value, [index] + take_items
        return skip_value, skip_items

    return choose(0, capacity)
