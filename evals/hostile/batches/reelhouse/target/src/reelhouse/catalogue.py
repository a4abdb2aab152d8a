"""The catalogue of films. A film is a dict with at least title and year."""


def slug(title):
    """A title as used in addresses: 'The  Third Man!' gives 'the-third-man'."""
    result = ""
    for character in title.lower():
        if character.isalnum():
            result = result + character
        elif result and not result.endswith("-"):
            result = result + "-"
    while result.endswith("-"):
        result = result[:-1]
    return result


def group_by_director(films):
    """The titles of each director, in the order of the catalogue.

    Every title is named once, even if there are several copies.
    """
    groups = {}
    for film in films:
        if film["director"] not in groups:
            titles = []
            for other in films:
                if other["director"] == film["director"] and other["title"] not in titles:
                    titles.append(other["title"])
            groups[film["director"]] = titles
    return groups


def merge_catalogues(base, updates):
    """Bring the updates into the catalogue ``base``, in place, and return it.

    A film is the same if the slug of its title and its year are the same: the
    first such film gets the new fields. Others are added at the end.
    """
    for update in updates:
        if not update.get("title"):
            raise ValueError("film without a title")
        for film in base:
            if slug(film["title"]) == slug(update["title"]) and film["year"] == update["year"]:
                film.update(update)
                break
        else:
            base.append(dict(update))
    return base


def related_films(links, start):
    """The films that can be reached from ``start``, the nearest first.

    ``links`` is a list of pairs of titles and works both ways. Films that are
    equally near come in the order in which they are found. Raises LookupError
    for a film without links.
    """
    known = False
    for a, b in links:
        if a == start or b == start:
            known = True
    if not known:
        raise LookupError(f"unknown film: {start}")
    found = [start]
    queue = [start]
    while queue:
        film = queue.pop(0)
        for a, b in links:
            if a == film and b not in found:
                found.append(b)
                queue.append(b)
            elif b == film and a not in found:
                found.append(a)
                queue.append(a)
    return found[1:]
